import { HERE, type DashboardSource } from './source';

/**
 * Where the runbooks can be read: the address of this repository's files, without a slash at the end. It is not ours to know, so the
 * chart and the reader of a dashboard may set it.
 */
export const REPOSITORY = 'https://repository.invalid';

/** What the values of a variable are read from. */
export interface ReadVariable {
  readonly name: string;
  readonly label: string;
  readonly selector: string;
  readonly of: string;
}

const NAMESPACE: ReadVariable = {
  name: 'namespace',
  label: 'Namespace',
  selector: 'process_start_time_seconds{service="job-orchestrator"}',
  of: 'namespace',
};
/** Slots are rows, so that a provider without work since the start is there too. */
const PROVIDER: ReadVariable = {
  name: 'provider',
  label: 'Provider',
  selector: `shotloom_slots_in_use{${HERE}}`,
  of: 'provider',
};

export function readVariablesOf({ byProvider }: DashboardSource): readonly ReadVariable[] {
  return byProvider ? [NAMESPACE, PROVIDER] : [NAMESPACE];
}

export function variablesOf(source: DashboardSource): object[] {
  return [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Prometheus',
      query: 'prometheus',
      current: {},
      hide: 0,
    },
    ...readVariablesOf(source).map(queried),
    {
      type: 'textbox',
      name: 'repository',
      label: 'Repository',
      description: 'Address of the files of this repository, for the links to runbooks.',
      query: REPOSITORY,
      current: { text: REPOSITORY, value: REPOSITORY },
      hide: 0,
    },
  ];
}

/** "All" is everything, also what has no such label. */
function queried({ name, label, selector, of }: ReadVariable): object {
  return {
    type: 'query',
    name,
    label,
    datasource: { type: 'prometheus', uid: '${datasource}' },
    query: { query: `label_values(${selector}, ${of})`, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
    hide: 0,
  };
}
