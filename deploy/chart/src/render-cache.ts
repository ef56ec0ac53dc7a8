import { render, type Manifest, type RenderOptions } from './render';

const rendered = new Map<string, readonly Manifest[]>();

/** `render`, once for the same options: Helm takes half a second. */
export function rendering(options: RenderOptions = {}): readonly Manifest[] {
  const key = JSON.stringify(options);
  const known = rendered.get(key) ?? render(options);
  rendered.set(key, known);
  return known;
}

/** The values of all Secrets of a rendering, by name and key. */
export function secretsOf(manifests: readonly Manifest[]): Map<string, Record<string, string>> {
  const secrets = manifests.filter(({ kind }) => kind === 'Secret');
  return new Map(
    secrets.map(({ metadata, ...rest }) => [
      metadata.name,
      Object.fromEntries(
        Object.entries((rest['data'] ?? {}) as Record<string, string>).map(([key, value]) => [
          key,
          Buffer.from(value, 'base64').toString('utf8'),
        ]),
      ),
    ]),
  );
}
