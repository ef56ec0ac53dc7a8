import { changedFields, keyFieldsOf } from './key-fields';

it('sends the mask of what stays, and nothing where nothing was typed', () => {
  const kept = { accessKey: 'ak-****1234', secretKey: 'sk-****5678' };
  expect(changedFields({}, kept)).toBeNull();
  expect(changedFields({ secretKey: '  ' }, kept)).toBeNull();
  expect(changedFields({ secretKey: ' new ' }, kept)).toEqual({ accessKey: 'ak-****1234', secretKey: 'new' });
});

it('shows what is kept besides the fields that a provider is known by', () => {
  expect(keyFieldsOf('runway', ['apiKey', 'other'])).toEqual(['apiKey', 'other']);
  expect(keyFieldsOf('a-new-one', [])).toEqual(['apiKey']);
});
