import { MODELS, type PictureLimits } from '@shotloom/contracts';
import { planFit, type FitPlan } from './fit-picture';
import { pictureProblems, type PictureFacts } from './picture-limits';

const limitsOf = (id: string): PictureLimits => {
  const limits = MODELS.find((model) => model.id === id)?.inputs.image;
  if (!limits) throw new Error(`${id} takes no picture`);
  return limits;
};
const kling = limitsOf('kling:kling-2.6');
const hailuo = limitsOf('hailuo:hailuo-2.3');
const exact: PictureLimits = { max_bytes: 10_000_000, max_pixels: 50_000_000, fit: 'frame' };
const HD = { width: 1280, height: 720 };

const picture = (width: number, height: number, more: Partial<PictureFacts> = {}): PictureFacts => ({
  ...{ width, height, sizeBytes: 1_000_000, contentType: 'image/jpeg' },
  ...more,
});
const fitOf = (plan: FitPlan) => {
  if (plan.kind !== 'fit') throw new Error(`the plan is ${JSON.stringify(plan)}`);
  return plan;
};

describe('within the limits of a vendor', () => {
  it('is left as it is', () => {
    expect(planFit(kling, picture(4_000, 3_000), null)).toEqual({ kind: 'as_it_is' });
    expect(planFit(hailuo, picture(301, 301, { contentType: 'image/webp' }), null).kind).toBe('as_it_is');
  });

  it.each<[string, PictureLimits, PictureFacts, [number, number], string]>([
    [
      'another format',
      kling,
      picture(640, 480, { contentType: 'image/webp' }),
      [640, 480],
      'takes JPEG, PNG only: it is saved as JPEG.',
    ],
    [
      'too many bytes',
      kling,
      picture(6_000, 4_000, { sizeBytes: 12_000_000 }),
      [3_965, 2_643],
      'takes files of at most 10485760 bytes: it is made smaller.',
    ],
    [
      'too many bytes for its pixels',
      kling,
      picture(2_000, 1_500, { sizeBytes: 11_000_000 }),
      [2_000, 1_500],
      'takes files of at most 10485760 bytes: it is compressed again.',
    ],
    [
      'a panorama',
      kling,
      picture(3_000, 1_000),
      [2_500, 1_000],
      'takes pictures with a width of 0.4 to 2.5 times the height, and this is 3 times: 17 % of this one is cut off at the sides.',
    ],
    [
      'a small one',
      hailuo,
      picture(200, 300),
      [301, 452],
      'takes pictures of at least 301 pixels a side, and this is 200x300: it is enlarged 1.51 times.',
    ],
  ])('is what becomes of %s', (_, limits, given, [width, height], change) => {
    const { fit, change: told } = fitOf(planFit(limits, given, null));
    expect(fit).toEqual({ width, height, contentType: 'image/jpeg', maxBytes: limits.max_bytes });
    expect(told).toBe(change);
  });

  it('is refused where nothing of meaning would be left', () => {
    expect(planFit(kling, picture(149, 149), null)).toEqual({
      kind: 'refused',
      takes: [
        'pictures of at least 300 pixels a side, and this is 149x149; this would have to be enlarged 2.01 times, and 2 is the most',
      ],
    });
    expect(planFit(kling, picture(12_000, 1_000), null)).toMatchObject({
      takes: [expect.stringContaining('only 21 % of this would be left, and 30 % is the least')],
    });
  });

  it('is refused where the limits leave nothing', () => {
    const narrow: PictureLimits = { ...kling, max_side: 800 };
    expect(planFit(narrow, picture(3_000, 1_000), null).kind).toBe('fit');
    expect(planFit({ ...narrow, max_side: 700 }, picture(3_000, 1_000), null).kind).toBe('refused');
  });

  it('holds for every shape that is not refused', () => {
    const strict: PictureLimits = { ...kling, max_side: 2_000, min_pixels: 409_600, max_pixels: 3_000_000 };
    let fitted = 0;
    for (let width = 97; width < 9_000; width = Math.ceil(width * 1.13)) {
      for (let height = 101; height < 9_000; height = Math.ceil(height * 1.17)) {
        const plan = planFit(strict, picture(width, height), null);
        if (plan.kind !== 'fit') continue;
        fitted += 1;
        expect(pictureProblems(strict, { ...plan.fit, sizeBytes: 1 })).toEqual([]);
      }
    }
    expect(fitted).toBeGreaterThan(100);
  });
});

describe('to the pixels of the video', () => {
  it('is cropped and resized, and what is cut off is said', () => {
    const { fit, change } = fitOf(planFit(exact, picture(4_000, 3_000, { contentType: 'image/png' }), HD));
    expect(fit).toEqual({ ...HD, contentType: 'image/jpeg', maxBytes: 10_000_000 });
    expect(change).toBe(
      'takes pictures of exactly 1280x720 pixels, those of the video: 25 % of this one is cut off at the top and bottom, it is made smaller, it is saved as JPEG.',
    );
  });

  it('is made also where nobody sees a difference, since it may be stored lying on its side', () => {
    expect(fitOf(planFit(exact, picture(1280, 720), HD))).toMatchObject({ fit: HD, change: null });
  });

  it('takes a picture from a telephone, and refuses a strip or a stamp', () => {
    expect(planFit(exact, picture(1_080, 1_920), HD).kind).toBe('fit');
    expect(planFit(exact, picture(900, 2_100), HD).kind).toBe('refused');
    expect(planFit(exact, picture(600, 340), HD).kind).toBe('refused');
  });

  it('keeps to the formats that are taken', () => {
    const { fit } = fitOf(planFit({ ...exact, formats: ['image/png'] }, picture(1280, 720), HD));
    expect(fit.contentType).toBe('image/png');
  });

  it('waits for the frame', () => {
    expect(planFit(exact, picture(10, 9_000), null)).toEqual({ kind: 'as_it_is' });
  });
});
