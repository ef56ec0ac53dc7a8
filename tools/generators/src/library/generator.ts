import { formatFiles, type Tree } from '@nx/devkit';
import { join } from 'node:path';
import { dependencies, namesOf, packageJson, writeProject } from '../shared/project.ts';

export interface LibraryOptions {
  readonly name: string;
  readonly type?: 'util' | 'contract' | 'infra' | 'domain' | 'client' | 'testing';
}

/** `nx g @shotloom/generators:library <name> --type infra` */
export default async function libraryGenerator(tree: Tree, options: LibraryOptions): Promise<void> {
  const { name, type = 'infra' } = options;
  const root = `libs/${name}`;
  writeProject(tree, join(import.meta.dirname, 'files'), root, namesOf(name));
  const tags = [`type:${type}`, `scope:${name}`];
  tree.write(
    `${root}/package.json`,
    packageJson(tree, { kind: 'libs', name, tags, dependencies: dependencies(tree, ['@shotloom/kernel']) }),
  );
  await formatFiles(tree);
}
