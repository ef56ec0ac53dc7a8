import { formatFiles, type Tree } from '@nx/devkit';
import { join } from 'node:path';
import { dependencies, namesOf, packageJson, writeProject } from '../shared/project.ts';

export interface ServiceOptions {
  readonly name: string;
}

const NEEDS = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/microservices',
  '@shotloom/bus',
  '@shotloom/contracts',
  '@shotloom/kernel',
  '@shotloom/service-kit',
  'reflect-metadata',
  'rxjs',
  'zod',
];

/** `nx g @shotloom/generators:service <name>` */
export default async function serviceGenerator(tree: Tree, { name }: ServiceOptions): Promise<void> {
  const root = `services/${name}`;
  writeProject(tree, join(import.meta.dirname, 'files'), root, namesOf(name));
  const tags = ['type:app', `scope:${name}`];
  tree.write(
    `${root}/package.json`,
    packageJson(tree, { kind: 'services', name, tags, dependencies: dependencies(tree, NEEDS) }),
  );
  await formatFiles(tree);
}
