#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const entry = join(__dirname, '..', 'dist', 'main.js');
if (existsSync(entry)) require(entry);
else {
  console.error('The command is not built: run `npm run build` or `npm start` first.');
  process.exitCode = 2;
}
