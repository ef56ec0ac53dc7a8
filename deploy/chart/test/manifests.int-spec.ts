import { problemsOf } from '../src/kinds';
import { ENVIRONMENTS, lint, render, type Manifest } from '../src/render';

const bare: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'x' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'x', image: 'x', resources: { limits: { cpu: '1' } } }] },
    },
  },
};

describe('the check of manifests', () => {
  it('takes what is right', async () => {
    expect(await problemsOf(bare)).toEqual([]);
  });

  it('finds a wrong type', async () => {
    const wrong = { ...bare, spec: { ...(bare['spec'] as object), replicas: 'two' } };
    expect(await problemsOf(wrong)).not.toEqual([]);
  });

  it('finds a field that does not exist, deep inside', async () => {
    const text = JSON.stringify(bare).replace('"image":"x"', '"image":"x","livenesProbe":{}');
    const [problem] = await problemsOf(JSON.parse(text) as Manifest);
    expect(problem).toContain('containers.0.livenesProbe');
  });

  it('refuses a kind that it does not know', async () => {
    expect(await problemsOf({ ...bare, kind: 'Deploymnet' })).toHaveLength(1);
  });
});

describe.each(['defaults', ...ENVIRONMENTS])('%s', (name) => {
  const options = name === 'defaults' ? {} : { environments: [name] };

  it('passes helm lint --strict', () => {
    expect(lint(options)).toContain('0 chart(s) failed');
  });

  it('renders only what the API takes and knows', async () => {
    const manifests = render(options);
    const problems: string[] = [];
    for (const manifest of manifests) {
      const found = await problemsOf(manifest);
      problems.push(...found.map((problem) => `${manifest.kind} ${manifest.metadata.name}: ${problem}`));
    }
    expect(problems).toEqual([]);
    expect(manifests.length).toBeGreaterThan(30);
  });

  it('names each resource once, as a name may be', () => {
    const names = render(options).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const known of names) expect(known).toMatch(/^\w+\/[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/);
  });
});
