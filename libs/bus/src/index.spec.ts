import { connectBus } from './index';

jest.mock('@nestjs/microservices', () => {
  throw new Error('Nest was loaded');
});
jest.mock('@nestjs/common', () => {
  throw new Error('Nest was loaded');
});

it('does not load Nest', () => {
  expect(connectBus).toBeInstanceOf(Function);
});
