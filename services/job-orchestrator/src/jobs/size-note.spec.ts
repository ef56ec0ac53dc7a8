import { sizeNotes } from './size-note';

it('says nothing of a video that is as it was asked for', () => {
  expect(sizeNotes({ width: 1280, height: 720 }, { width: 1280, height: 720 })).toEqual([]);
});

it('names both sizes where they differ, also by their shape alone', () => {
  expect(sizeNotes({ width: 1280, height: 720 }, { width: 720, height: 1280 })).toEqual([
    'The video is 720 x 1280 pixels; 1280 x 720 was asked for.',
  ]);
});
