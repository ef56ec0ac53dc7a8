import { join } from 'node:path';
import { INPUT_WORDS, type VideoRequest } from '@shotloom/contracts';
import { AppError, assertNever } from '@shotloom/kernel';
import type { RenderEngine, RenderInput, RenderResult, RenderTask } from '@shotloom/provider-kit';
import { encodeAnime } from './anime/anime-film';
import { planCamera, type CameraPlan } from './camera/plan-camera';
import { readCameraIntent } from './camera/read-camera-intent';
import { encodeFilm, type EncodeOptions } from './film/encode-film';
import { framesIn, type Film } from './film/film';
import { gradeFilters } from './grade';
import { loadPicture } from './picture/load-picture';
import { pictureFilm, pictureSizeFor } from './picture/picture-film';
import { titleFilm } from './title/title-film';
import { titleWords } from './title/title-words';

/** What every result says of itself, so that nobody takes it for more than it is. */
export const ANIMATIC_LABEL = 'Animatic: rendered from your input by Shotloom, not by a generative model.';

const DEFAULT_STRENGTH = 0.7;
/** The share of the work that is done once the first frame can be drawn. */
const PREPARED = 0.02;

/** The built-in engine: real films on the CPU, from rules. The same request gives the same file. */
export class AnimaticEngine implements RenderEngine {
  readonly provider = 'animatic';

  async render(task: RenderTask): Promise<RenderResult> {
    const path = join(task.workDir, 'film.mp4');
    const encoding = encodeOptions(task, path);
    switch (task.request.operation) {
      case 'image-to-video': {
        task.report(0, 'Preparing the picture');
        await encodeFilm(await filmOfPicture(task), {
          ...encoding,
          filters: gradeFilters(task.request.stylePreset),
        });
        break;
      }
      case 'text-to-video': {
        task.report(0, 'Setting the title');
        await encodeFilm(await filmOfText(task.request), { ...encoding, filters: [] });
        break;
      }
      case 'video-to-anime': {
        task.report(0, 'Reading the video');
        await redraw(task, encoding);
        break;
      }
      default:
        assertNever(task.request.operation, 'operation');
    }
    return { path, contentType: 'video/mp4', label: ANIMATIC_LABEL };
  }
}

function encodeOptions(task: RenderTask, outputPath: string): Omit<EncodeOptions, 'filters'> {
  return {
    outputPath,
    signal: task.signal,
    timeoutMs: Math.max(1, task.deadlineAt.getTime() - Date.now()),
    onFrames: (done, total) =>
      task.report(PREPARED + (1 - PREPARED) * (done / total), `Rendering frame ${done} of ${total}`),
  };
}

async function filmOfPicture(task: RenderTask): Promise<Film> {
  const { request } = task;
  const picture = await loadPicture(inputOf(task, 'first_frame').path, pictureSizeFor(request));
  const frameCount = framesIn(request.durationSeconds);
  return pictureFilm(picture, planOf(request), { width: request.width, height: request.height, frameCount });
}

function filmOfText(request: VideoRequest): Promise<Film> {
  return titleFilm({
    words: titleWords(request.prompt),
    preset: request.stylePreset,
    seed: request.seed,
    plan: planOf(request),
    width: request.width,
    height: request.height,
    frameCount: framesIn(request.durationSeconds),
  });
}

function redraw(task: RenderTask, encoding: Omit<EncodeOptions, 'filters'>): Promise<void> {
  const { width, height, durationSeconds, strength, stylePreset, seed } = task.request;
  return encodeAnime({
    ...encoding,
    inputPath: inputOf(task, 'video').path,
    seed,
    frame: { width, height },
    durationSeconds,
    strength: strength ?? DEFAULT_STRENGTH,
    grade: gradeFilters(stylePreset),
  });
}

const planOf = (request: VideoRequest): CameraPlan => planCamera(readCameraIntent(request.prompt), request);

function inputOf(task: RenderTask, role: RenderInput['role']): RenderInput {
  const input = task.inputs.find((candidate) => candidate.role === role);
  if (input) return input;
  throw new AppError(
    'invalid_input',
    `${task.request.operation} needs a ${INPUT_WORDS[role]}, and the job has none.`,
  );
}
