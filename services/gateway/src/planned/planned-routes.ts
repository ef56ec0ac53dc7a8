import type { z } from 'zod';
import {
  createChapterSchema,
  createCharacterSchema,
  createProjectSchema,
  createSceneSchema,
  createShotSchema,
  createTemplateSchema,
  editAssetSchema,
  generateShotSchema,
  planStoryboardSchema,
  renderProjectSchema,
  selectVariantSchema,
  turboModelsSchema,
} from '@shotloom/contracts';

/** A route that is fixed already and whose engine is not part of this release. */
export interface PlannedRoute {
  /** The operation of the document. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly tag: string;
  /** What it will do. */
  readonly summary: string;
  readonly scope: 'read' | 'generate';
  readonly body?: z.ZodType;
  /** What it will answer, where that is fixed. */
  readonly answer?: z.ZodType;
  /** A body that is right. */
  readonly example?: unknown;
  /** Whether it takes the query of a page. */
  readonly paged?: boolean;
  /** What cannot be done yet, as the subject of a sentence. */
  readonly what: string;
}

const ID = '019aa000-0000-7000-8000-000000000001';
const PICTURE = '019aa000-0000-7000-8000-000000000002';

interface Resource {
  /** In the plural, as in the address. */
  readonly path: string;
  readonly one: string;
  readonly create: z.ZodObject;
  readonly example: Readonly<Record<string, unknown>>;
}

const RESOURCES: readonly Resource[] = [
  { path: 'projects', one: 'Project', create: createProjectSchema, example: { name: 'The lighthouse' } },
  {
    path: 'chapters',
    one: 'Chapter',
    create: createChapterSchema,
    example: { project_id: ID, title: 'The storm' },
  },
  { path: 'scenes', one: 'Scene', create: createSceneSchema, example: { chapter_id: ID, title: 'The pier' } },
  {
    path: 'shots',
    one: 'Shot',
    create: createShotSchema,
    example: { scene_id: ID, name: '1.0', prompt: 'camera slowly zooms in', image: PICTURE },
  },
  {
    path: 'characters',
    one: 'Character',
    create: createCharacterSchema,
    example: { project_id: ID, name: 'The keeper', reference_pictures: [PICTURE] },
  },
  {
    path: 'templates',
    one: 'Template',
    create: createTemplateSchema,
    example: { name: 'Product', prompt: 'A cinematic product showcase' },
  },
];

function crudOf({ path, one, create, example }: Resource): readonly PlannedRoute[] {
  const tag = 'Stories';
  const what = `${path.charAt(0).toUpperCase()}${path.slice(1)}`;
  const common = { tag, what };
  const [list, each] = [`/api/v1/${path}`, `/api/v1/${path}/:id`];
  const change = create.partial().meta({ id: `Change${one}` });
  const word = one.toLowerCase();
  return [
    {
      ...common,
      id: `list${one}s`,
      method: 'GET',
      path: list,
      summary: `Your ${path}`,
      scope: 'read',
      paged: true,
    },
    {
      ...common,
      ...{ id: `create${one}`, method: 'POST', path: list, summary: `Makes a ${word}`, scope: 'generate' },
      ...{ body: create, example },
    },
    { ...common, id: `get${one}`, method: 'GET', path: each, summary: `One ${word}`, scope: 'read' },
    {
      ...common,
      ...{ id: `change${one}`, method: 'PATCH', path: each, summary: `Changes a ${word}`, scope: 'generate' },
      ...{ body: change, example },
    },
    {
      ...common,
      ...{
        id: `delete${one}`,
        method: 'DELETE',
        path: each,
        summary: `Removes a ${word}`,
        scope: 'generate',
      },
    },
  ];
}

const post = (route: Omit<PlannedRoute, 'method' | 'scope' | 'tag'>): PlannedRoute => ({
  ...route,
  method: 'POST',
  scope: 'generate',
  tag: 'Stories',
});

/** Whoever builds an engine takes its lines out of here, and puts a controller in their place. */
export const PLANNED_ROUTES: readonly PlannedRoute[] = [
  ...RESOURCES.flatMap(crudOf),
  post({
    ...{ id: 'planStoryboard', path: '/api/v1/projects/:id/storyboard', what: 'Storyboards' },
    ...{ summary: 'Plans shots from a text', body: planStoryboardSchema },
    example: { text: 'A lighthouse in a storm. The keeper lights the lamp.', max_shots: 5 },
  }),
  post({
    ...{ id: 'generateShot', path: '/api/v1/shots/:id/generate', what: 'Videos of shots' },
    ...{
      summary: 'Makes videos of a shot to choose from',
      body: generateShotSchema,
      example: { variants: 3 },
    },
  }),
  post({
    ...{ id: 'selectVariant', path: '/api/v1/shots/:id/select', what: 'Choices of videos' },
    ...{ summary: 'Chooses the video of a shot', body: selectVariantSchema, example: { job_id: ID } },
  }),
  post({
    ...{ id: 'renderProject', path: '/api/v1/projects/:id/render', what: 'Films' },
    ...{ summary: 'Joins the chosen videos into a film', body: renderProjectSchema },
    example: { transition: 'cross_fade', fps: 24 },
  }),
  post({
    ...{ id: 'editAsset', path: '/api/v1/assets/:id/edit', what: 'Edits' },
    ...{ summary: 'Trims, crops or subtitles an asset into a new one', body: editAssetSchema },
    example: { trim: { from: 0, to: 3 } },
  }),
  {
    ...{ id: 'listTurboModels', method: 'GET', path: '/v1/turbodiffusion/models', scope: 'read' },
    ...{ tag: 'I2V Studio', what: 'Models of TurboDiffusion', summary: 'The model files of the workers' },
    answer: turboModelsSchema,
  },
];
