import { signatureHeaders } from './signature';

it("signs as in the example of Lovart's client", () => {
  const keys = { accessKey: 'ak_test', secretKey: 'sk_test' };
  const call = { method: 'POST', path: '/v1/openapi/chat', timestamp: 1_800_000_000 };
  expect(signatureHeaders(keys, call)).toEqual({
    'x-access-key': 'ak_test',
    'x-timestamp': '1800000000',
    'x-signature': 'e522090dd3fcf5a0bdfd123db31e36255fedf64e3778852ece452c81b754572f',
    'x-signed-method': 'POST',
    'x-signed-path': '/v1/openapi/chat',
  });
});
