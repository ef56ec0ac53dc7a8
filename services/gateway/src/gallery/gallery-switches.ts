import { Injectable } from '@nestjs/common';
import type { PlatformSettings, Principal } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { Settings } from '../platform/settings';

/** What may be done in the gallery: a feature that the operator can switch off. */
export type GalleryFeature = 'likes' | 'comments';

/** Whether the gallery is open, to whom, and for what. */
@Injectable()
export class GallerySwitches {
  constructor(private readonly settings: Settings) {}

  /** Throws `not_found` where there is no gallery, `unauthorized` where it is not for strangers. */
  async enter(principal: Principal | null): Promise<PlatformSettings> {
    const settings = await this.settings.current();
    if (settings.gallery === 'off') {
      throw new AppError('not_found', 'There is no gallery here: its operator has switched it off.');
    }
    if (settings.gallery === 'members' && principal === null) {
      throw new AppError('unauthorized', 'The gallery is for who is signed in: send a key, or sign in.');
    }
    return settings;
  }

  /** The same, and throws `forbidden` where the feature is off. */
  async use(feature: GalleryFeature, principal: Principal | null): Promise<PlatformSettings> {
    const settings = await this.enter(principal);
    const isOn = feature === 'likes' ? settings.gallery_likes : settings.gallery_comments;
    if (isOn) return settings;
    throw new AppError('forbidden', `The operator of this platform has switched ${feature} off.`);
  }
}
