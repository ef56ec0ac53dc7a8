import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  importUploadSchema,
  openedUploadSchema,
  openUploadSchema,
  uploadResourceSchema,
  uploadSessionSchema,
  type ImportUpload,
  type OpenedUpload,
  type OpenUpload,
  type Principal,
  type UploadResource,
  type UploadSession,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { ownOrigins, publicUrl, type Config } from '../config';
import { Answers, AnswersNothing } from '../docs/route-docs';
import { ownAssetId } from '../generate/source-reference';
import { pathId } from '../http/path-id';
import { CurrentPrincipal, RequireScope } from '../identity/principal';
import { CONFIG } from '../platform/parts';
import { asImported, toUpload, toUploadSession } from './upload-resources';
import { UploadSessions } from './upload-sessions';

/** Uploads whose bytes do not come through one request to us: a signed PUT, or a URL that is fetched. */
@ApiTags('Uploads')
@Controller('api/v1/uploads')
@RequireScope('generate')
export class UploadSessionsController {
  constructor(
    private readonly sessions: UploadSessions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(201)
  @Answers(
    201,
    openedUploadSchema,
    'Opens an upload: PUT the file to the URL of the answer, then complete it',
    [400, 409, 413, 415, 422, 503],
  )
  async openUpload(
    @Body({ schema: openUploadSchema }) body: OpenUpload,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OpenedUpload> {
    const { upload, put } = await this.sessions.open(body, principal, 'direct');
    if (!put) throw new AppError('internal', 'Storage gave no place for a direct upload.');
    void reply.headers({ location: `/api/v1/uploads/${upload.uploadId}`, 'cache-control': 'no-store' });
    const { url, headers, expiresAt } = put;
    return {
      ...toUploadSession(upload, publicUrl(this.config)),
      put: { method: 'PUT', url, headers, expires_at: expiresAt },
    };
  }

  @Post('import')
  @HttpCode(202)
  @Answers(
    202,
    uploadSessionSchema,
    'Fetches a file of another server; ask the upload what became of it',
    [400, 404, 409, 415, 422, 503],
  )
  async importUpload(
    @Body({ schema: importUploadSchema }) body: ImportUpload,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadSession> {
    const origin = publicUrl(this.config);
    const ours = ownAssetId(body.url, 'url', ownOrigins(this.config, request));
    if (ours !== null) return asImported(await this.sessions.asset(ours, principal), origin);
    const upload = await this.sessions.import(body, principal);
    void reply.header('location', `/api/v1/uploads/${upload.uploadId}`);
    return toUploadSession(upload, origin);
  }

  @Get(':id')
  @Answers(200, uploadSessionSchema, 'How far an upload is, and what it became', [404, 503])
  async getUpload(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<UploadSession> {
    const upload = await this.sessions.get(pathId('upload', id), principal);
    return toUploadSession(upload, publicUrl(this.config));
  }

  @Post(':id/complete')
  @HttpCode(200)
  @Answers(
    200,
    uploadResourceSchema,
    'Looks at what has arrived and makes it an asset; again: the same',
    [404, 409, 413, 422, 503],
  )
  async completeUpload(
    @Param('id') id: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<UploadResource> {
    const asset = await this.sessions.complete(pathId('upload', id), principal);
    return toUpload(asset, publicUrl(this.config));
  }

  @Delete(':id')
  @HttpCode(204)
  @AnswersNothing(
    'Ends an open upload, or deletes what it brought where no other upload of yours brought it too',
    [404, 503],
  )
  async deleteUpload(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<void> {
    await this.sessions.delete(pathId('upload', id), principal);
  }
}
