// Lets a plain Node process of a test run our sources: `node --conditions=@shotloom/source --require <this> <file.ts>`.
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

const parser = { syntax: 'typescript', decorators: true };
const transform = { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false };
const options = {
  swcrc: false,
  jsc: { parser, transform, target: 'es2023' },
  module: { type: 'commonjs', ignoreDynamic: true },
};

require.extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);
};
