import { cellsOf, titleWords } from './title-words';
import { escapeMarkup } from './draw-text';

it('takes the first sentence for the title and the rest for the body', () => {
  expect(titleWords('A robot paints. It dreams of rain.')).toEqual({
    title: 'A robot paints',
    body: 'It dreams of rain.',
  });
  expect(titleWords('风铃轻响。孩子们跑向码头。')).toEqual({ title: '风铃轻响', body: '孩子们跑向码头。' });
  expect(titleWords('version 2.5 of it')).toEqual({ title: 'version 2.5 of it', body: '' });
});

it('cuts at a whole word, with an ellipsis', () => {
  const { title } = titleWords('word '.repeat(400));
  expect(title).toMatch(/^(word )+word…$/);
  expect(cellsOf(title)).toBeLessThanOrEqual(72);
  expect(cellsOf(titleWords('字'.repeat(2000)).title)).toBeLessThanOrEqual(72);
  expect(cellsOf(titleWords('x'.repeat(2000)).title)).toBeLessThanOrEqual(72);
});

it('drops emoji and controls, and keeps letters with their marks', () => {
  expect(titleWords('paint 🎨 and 👩‍👩‍👧 1️⃣ \u0007\u202eend').title).toBe('paint and 1 end');
  expect(titleWords('cafe\u0301 naïve ไทย').title).toBe('café naïve ไทย');
  expect(titleWords('\ud800 lone').title).toBe('lone');
  expect(titleWords('🎉🎉').title).toBe('—');
});

it('counts Chinese as two cells', () => {
  expect(cellsOf('a中b，')).toBe(6);
});

it('never lets a prompt be markup', () => {
  expect(escapeMarkup('<b>"A&B\'s"</b>')).toBe('&lt;b&gt;&quot;A&amp;B&#39;s&quot;&lt;/b&gt;');
});
