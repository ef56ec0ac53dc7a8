import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const PAGES = ['*.md', 'docs/**/*.md', '{charts,deploy,docker,libs,services,tools}/**/README.md'];
const LINK = /\]\(([^)\s]+)\)/g;

/** GitHub's anchors of the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function problemOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), decodeURI(path));
  if (!existsSync(target)) return `${page}: there is no ${link}`;
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  return anchorsOf(target).has(anchor) ? undefined : `${page}: there is no heading for ${link}`;
}

it('leads from every page to what is there', () => {
  const pages = globSync(PAGES, { cwd: ROOT, exclude: ['**/node_modules'] });
  expect(pages.length).toBeGreaterThan(50);
  const problems = pages
    .map((page) => join(ROOT, page))
    .flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(LINK)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .map((link) => problemOf(page, link)),
    );
  expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
});
