import { generateFiles, readJson, type Tree } from '@nx/devkit';

/** What every generator fills its templates with. */
export interface Names {
  /** kebab-case, for example `provider-acme`. */
  readonly name: string;
  /** PascalCase, for example `ProviderAcme`. */
  readonly className: string;
  readonly [more: string]: string;
}

export function namesOf(name: string): Names {
  const words = name.split('-');
  const className = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
  return { name, className };
}

/** Versions come from the projects that exist, so that a new one never brings a second copy of a package. */
export function versionsInUse(tree: Tree): Readonly<Record<string, string>> {
  const roots = ['libs', 'services'].flatMap((folder) =>
    tree.children(folder).map((child) => `${folder}/${child}`),
  );
  const files = roots.map((root) => `${root}/package.json`).filter((file) => tree.exists(file));
  const all = files.map(
    (file) => readJson<{ dependencies?: Record<string, string> }>(tree, file).dependencies ?? {},
  );
  return Object.assign({}, ...all) as Record<string, string>;
}

/** Of the whole repository: everything in it has one. */
function releaseVersion(tree: Tree): string {
  return readJson<{ version: string }>(tree, 'package.json').version;
}

/** Picks the named packages with the versions in use; a package of ours is always this release's. */
export function dependencies(tree: Tree, names: readonly string[]): Record<string, string> {
  const versions = versionsInUse(tree);
  const ours = releaseVersion(tree);
  return Object.fromEntries(
    names.toSorted().map((name) => {
      const version = name.startsWith('@shotloom/') ? ours : versions[name];
      if (version === undefined) throw new Error(`No project uses ${name} yet: add it by hand first.`);
      return [name, version];
    }),
  );
}

/** Writes the templates of one generator; refuses a folder that exists, so that nothing is overwritten. */
export function writeProject(tree: Tree, templates: string, root: string, names: Names): void {
  if (tree.exists(`${root}/package.json`)) throw new Error(`${root} exists already.`);
  generateFiles(tree, templates, root, { ...names, tmpl: '' });
}

/** The package.json that every project has: one type, one scope, built by swc, resolved to its source by our tools. */
export function packageJson(
  tree: Tree,
  options: {
    kind: 'libs' | 'services';
    name: string;
    tags: readonly string[];
    dependencies: Record<string, string>;
  },
): string {
  const { kind, name, tags, dependencies: needed } = options;
  const entry = { '@shotloom/source': './src/index.ts', types: './src/index.ts', default: './dist/index.js' };
  const manifest = {
    name: `@shotloom/${name}`,
    version: releaseVersion(tree),
    private: true,
    type: 'commonjs',
    ...(kind === 'libs' ? { exports: { '.': entry, './package.json': './package.json' } } : {}),
    scripts: {
      build: 'swc src -d dist --strip-leading-paths --config-file ../../.swcrc --ignore "**/*.spec.ts" -q',
      test: `cd ../.. && jest --selectProjects unit int --passWithNoTests -- ${kind}/${name}`,
      lint: 'eslint .',
    },
    nx: { tags },
    dependencies: needed,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
