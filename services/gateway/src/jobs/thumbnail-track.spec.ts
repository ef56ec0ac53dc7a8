import { thumbnailTrack } from './thumbnail-track';

it('says which part of the sheet shows which seconds, row by row', () => {
  const grid = { columns: 2, rows: 2, frames: 3, intervalSeconds: 1_800.25, tileWidth: 160, tileHeight: 90 };
  expect(thumbnailTrack('https://media.example/s.jpg?sig=1', grid)).toBe(`WEBVTT

00:00:00.000 --> 00:30:00.250
https://media.example/s.jpg?sig=1#xywh=0,0,160,90

00:30:00.250 --> 01:00:00.500
https://media.example/s.jpg?sig=1#xywh=160,0,160,90

01:00:00.500 --> 01:30:00.750
https://media.example/s.jpg?sig=1#xywh=0,90,160,90
`);
});
