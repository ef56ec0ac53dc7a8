import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { uploadResourceSchema, type Principal, type UploadResource } from '@shotloom/contracts';
import { publicUrl, type Config } from '../config';
import { Answers } from '../docs/route-docs';
import { discardRest } from '../http/discard-rest';
import { STREAMS_BODY } from '../http/route-facts';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { CONFIG } from '../platform/parts';
import { nameBrokenForm, readMultipartFile } from './multipart-file';
import { UploadRules } from './upload-limits';
import { toUpload } from './upload-resources';
import { Uploads } from './uploads';

@ApiTags('Uploads')
@Controller('api/v1')
@RequireScope('generate')
export class UploadsController {
  constructor(
    private readonly uploads: Uploads,
    private readonly rules: UploadRules,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('upload')
  @HttpCode(201)
  @RouteConfig(STREAMS_BODY)
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        file: { type: 'string', format: 'binary', description: 'JPG, PNG, WEBP, MP4, MOV or WEBM.' },
      },
    },
  })
  @Answers(
    201,
    uploadResourceSchema,
    'Takes in a picture or a video; its type is read from its content',
    [400, 409, 413, 415, 422, 503],
  )
  async uploadFile(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadResource> {
    const most = await this.rules.limitsForNew(principal);
    try {
      const greatest = Math.max(most.imageMaxBytes, most.videoMaxBytes);
      const { file: body, filename: fileName } = await readMultipartFile(request, greatest);
      const asset = await this.uploads.take({ body, fileName, principal, most, requestId: request.id });
      const resource = toUpload(asset, publicUrl(this.config));
      void reply.header('location', resource.file_url);
      return resource;
    } catch (error) {
      discardRest(request);
      throw nameBrokenForm(error, request);
    }
  }
}
