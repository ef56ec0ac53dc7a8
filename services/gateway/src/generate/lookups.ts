import type { Bus } from '@shotloom/bus';
import { describeAssetsRpc, type DescribedAsset, type ProviderSettings } from '@shotloom/contracts';
import type { OwnKeys, OwnKeyTerms } from '../providers/own-keys';

/** Nobody opens the links; the facts beside them are what is needed. */
const LINK_SECONDS = 60;
/** Assets in one question. */
const MOST_ASSETS = 100;

/** What requests of one user are resolved with. Each thing is asked for once, however many requests there are. */
export class Lookups {
  private terms: Promise<OwnKeyTerms> | undefined;
  private readonly settings = new Map<string, Promise<ProviderSettings>>();
  private readonly assets = new Map<string, DescribedAsset | null>();

  constructor(
    private readonly parts: { readonly bus: Bus; readonly ownKeys: OwnKeys },
    private readonly userId: string,
    private readonly requestId: string,
  ) {}

  /** How this user's videos are priced. */
  termsOf(): Promise<OwnKeyTerms> {
    return (this.terms ??= this.parts.ownKeys.termsOf(this.userId));
  }

  /** What the user likes at a provider. */
  settingsOf(provider: string): Promise<ProviderSettings> {
    const known = this.settings.get(provider);
    if (known) return known;
    const asked = this.parts.ownKeys.settingsOf(this.userId, provider);
    this.settings.set(provider, asked);
    return asked;
  }

  /** The user's own among these; those that are not there or another's are left out. */
  async assetsOf(assetIds: readonly string[]): Promise<DescribedAsset[]> {
    const wanted = [...new Set(assetIds)];
    const unknown = wanted.filter((id) => !this.assets.has(id));
    for (let from = 0; from < unknown.length; from += MOST_ASSETS) {
      await this.read(unknown.slice(from, from + MOST_ASSETS));
    }
    return wanted.flatMap((id) => this.assets.get(id) ?? []);
  }

  private async read(assetIds: string[]): Promise<void> {
    const { assets } = await this.parts.bus.request(
      describeAssetsRpc,
      { userId: this.userId, assetIds, expiresInSeconds: LINK_SECONDS },
      { correlationId: this.requestId },
    );
    for (const id of assetIds) this.assets.set(id, null);
    for (const asset of assets) this.assets.set(asset.assetId, asset);
  }
}
