import { z } from 'zod';

const maintenance = { message: z.string().min(1).max(300), retry_after_seconds: z.int().min(1).max(86_400) };

/** What admins set for the whole platform. Each has a default, so that a new one needs no row. */
export const platformSettingsSchema = z
  .object({
    /** While it is on, what would make a job is refused with 503 and `Retry-After`; what runs goes on. */
    maintenance: z.object(maintenance).nullable().default(null),
    /** Credits for a video that runs on the user's own key. */
    own_key_fee_credits: z.int().min(0).max(1_000_000).default(0),
    /** Whether users may bring keys of their own. */
    user_credentials: z.boolean().default(true),
    /** Base URLs that users may give for their own keys; nothing else is called. */
    user_base_urls: z
      .array(z.url({ protocol: /^https$/ }).max(500))
      .max(50)
      .default([]),
    /** Providers whose models are not offered, although this installation runs them. */
    providers_off: z.array(z.string().max(60)).max(100).default([]),
    /** Who gets spend and balance alerts; nobody named: all admins and operators. */
    alert_addresses: z.array(z.email()).max(20).default([]),
    uploads: z.boolean().default(true),
    registration: z.boolean().default(true),
    /** Who sees the gallery: nobody, who is signed in, or everybody. Links that owners share open all the same. */
    gallery: z.enum(['off', 'members', 'public']).default('members'),
    gallery_likes: z.boolean().default(true),
    gallery_comments: z.boolean().default(true),
    /** Whether what is new waits until an operator has approved it. */
    gallery_entry_approval: z.boolean().default(false),
    gallery_comment_approval: z.boolean().default(false),
  })
  .meta({ id: 'PlatformSettings' });
export type PlatformSettings = z.infer<typeof platformSettingsSchema>;

const { shape } = platformSettingsSchema;
/** PATCH /api/v1/admin/settings: what is left out stays as it is. */
export const changeSettingsSchema = z
  .strictObject({
    own_key_fee_credits: shape.own_key_fee_credits.unwrap().optional(),
    user_credentials: shape.user_credentials.unwrap().optional(),
    user_base_urls: shape.user_base_urls.unwrap().optional(),
    alert_addresses: shape.alert_addresses.unwrap().optional(),
    uploads: shape.uploads.unwrap().optional(),
    registration: shape.registration.unwrap().optional(),
    gallery: shape.gallery.unwrap().optional(),
    gallery_likes: shape.gallery_likes.unwrap().optional(),
    gallery_comments: shape.gallery_comments.unwrap().optional(),
    gallery_entry_approval: shape.gallery_entry_approval.unwrap().optional(),
    gallery_comment_approval: shape.gallery_comment_approval.unwrap().optional(),
  })
  .meta({ id: 'ChangeSettings' });
export type ChangeSettings = z.infer<typeof changeSettingsSchema>;

/** PUT /api/v1/admin/maintenance; null ends it. */
export const setMaintenanceSchema = z
  .strictObject({ maintenance: z.strictObject(maintenance).nullable() })
  .meta({ id: 'SetMaintenance' });
export type SetMaintenance = z.infer<typeof setMaintenanceSchema>;
