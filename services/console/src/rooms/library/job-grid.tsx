import type { LiveJob } from '@shotloom/sdk';
import { ListEnd, type ListEndProps } from '../../shared/ui/list-end';
import { Tiles } from '../../shared/ui/tiles';
import { JobTile } from './job-tile';

interface JobGridProps extends ListEndProps {
  /** Undefined while the first page is on its way. */
  readonly jobs: readonly LiveJob[] | undefined;
}

/** The tiles, and what comes after them. */
export function JobGrid({ jobs, ...end }: JobGridProps) {
  return (
    <>
      <Tiles testId="library-grid" busy={jobs === undefined} coming={!jobs || end.loadingMore}>
        {jobs?.map((job) => (
          <li key={job.id}>
            <JobTile job={job} />
          </li>
        ))}
      </Tiles>
      {jobs && <ListEnd {...end} />}
    </>
  );
}
