import { image, render, video } from './render';

/** A process that renders and is made to be killed. Arguments: operation, input. */
const [operation = '', input = ''] = process.argv.slice(2);
const long = { durationSeconds: 15, width: 1920, height: 1080, strength: 1 };

void (operation === 'video-to-anime'
  ? render({ ...long, operation }, video(input))
  : render({ ...long, operation: 'image-to-video' }, image(input)));
