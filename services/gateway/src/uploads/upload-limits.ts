import { Inject, Injectable } from '@nestjs/common';
import type { Principal, UploadLimits } from '@shotloom/contracts';
import type { Config } from '../config';
import { AccountLimits } from '../limits/account-limits';
import { CONFIG } from '../platform/parts';
import { Settings } from '../platform/settings';

/** What a caller may upload: by the plan, else by the installation. */
@Injectable()
export class UploadRules {
  constructor(
    private readonly limits: AccountLimits,
    private readonly settings: Settings,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async limitsOf(principal: Principal): Promise<UploadLimits> {
    const { config } = this;
    const plan = await this.limits.of(principal);
    return {
      imageMaxBytes: plan.uploadImageMaxBytes ?? config.UPLOAD_IMAGE_MAX_BYTES,
      videoMaxBytes: plan.uploadVideoMaxBytes ?? config.UPLOAD_VIDEO_MAX_BYTES,
      videoMaxSeconds: plan.uploadVideoMaxSeconds ?? config.UPLOAD_VIDEO_MAX_SECONDS,
      quotaBytes: plan.storageQuotaBytes ?? config.UPLOAD_QUOTA_BYTES,
    };
  }

  /** The same for something new. Throws `unavailable` where an admin has switched uploads off. */
  async limitsForNew(principal: Principal): Promise<UploadLimits> {
    await this.settings.refuseUploads();
    return this.limitsOf(principal);
  }
}
