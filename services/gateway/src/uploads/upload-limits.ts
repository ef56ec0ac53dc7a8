import type { Config } from '../config';
import type { Limits } from '../limits/account-limits';

/** Bytes of one file by what it is. */
export interface UploadLimits {
  readonly image: number;
  readonly video: number;
}

/** The plan's, else the installation's. Pure. */
export function uploadLimits(
  config: Pick<Config, 'UPLOAD_IMAGE_MAX_BYTES' | 'UPLOAD_VIDEO_MAX_BYTES'>,
  plan: Pick<Limits, 'uploadImageMaxBytes' | 'uploadVideoMaxBytes'>,
): UploadLimits {
  return {
    image: plan.uploadImageMaxBytes ?? config.UPLOAD_IMAGE_MAX_BYTES,
    video: plan.uploadVideoMaxBytes ?? config.UPLOAD_VIDEO_MAX_BYTES,
  };
}
