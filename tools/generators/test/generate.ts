import { FsTree } from 'nx/src/generators/tree.js';
import libraryGenerator from '../src/library/generator.ts';
import providerGenerator from '../src/provider/generator.ts';
import serviceGenerator from '../src/service/generator.ts';

/** Runs one of each generator over the repository without writing, and prints what they would have written. */
const root = process.argv[2] ?? '';
const tree = new FsTree(root, false);
await libraryGenerator(tree, { name: 'made-by-test', type: 'infra' });
await serviceGenerator(tree, { name: 'made-service' });
await providerGenerator(tree, { name: 'made' });
await providerGenerator(tree, { name: 'made-elsewhere', kind: 'vendor' });
const changes = tree.listChanges().map(({ path, content }) => ({ path, content: content?.toString() ?? '' }));
process.stdout.write(JSON.stringify(changes));
