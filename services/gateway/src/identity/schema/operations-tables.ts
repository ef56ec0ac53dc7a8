import type { ColumnType, Generated } from 'kysely';
import type { ModelSpec, PlatformSettings, ProviderSettings } from '@shotloom/contracts';
import type { Timestamp } from './columns';

type Json<T> = ColumnType<T, string, string>;

/** What a user likes to be filled in at a provider. */
export interface ProviderPreferencesTable {
  user_id: string;
  provider: string;
  settings: Json<ProviderSettings>;
  updated_at: Timestamp;
}

/** A model as the operator describes it from a moment on; the newest that is valid counts. Without a price: prices have their own rows. */
export interface ModelOverridesTable {
  id: string;
  model: string;
  /** Read back through the schema: a release may have changed it. */
  spec: ColumnType<unknown, string, never>;
  valid_from: Timestamp;
  created_at: Timestamp;
  created_by: string | null;
}

export interface PricesTable {
  id: string;
  model: string;
  version: string;
  /** Null: not offered from then on. */
  price: ColumnType<unknown, string | null, never>;
  valid_from: Timestamp;
  created_at: Timestamp;
  created_by: string | null;
}

export interface PlatformSettingsTable {
  singleton: Generated<boolean>;
  settings: Json<Partial<PlatformSettings>>;
  version: Generated<number>;
  changed_at: Timestamp;
}

export interface OperationsTables {
  'identity.provider_preferences': ProviderPreferencesTable;
  'identity.model_overrides': ModelOverridesTable;
  'identity.prices': PricesTable;
  'identity.platform_settings': PlatformSettingsTable;
}

export type PriceJson = NonNullable<ModelSpec['price']>;
