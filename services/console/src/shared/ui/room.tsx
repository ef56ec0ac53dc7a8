import type { ReactNode } from 'react';
import styles from './room.module.css';

interface RoomProps {
  readonly title: string;
  readonly lead: string;
  /** Beside the title: what chooses among what the room holds. */
  readonly aside: ReactNode;
  readonly children: ReactNode;
}

/** A room that holds many things: its name, what it holds, and how to choose among them. */
export function Room({ title, lead, aside, children }: RoomProps) {
  return (
    <div className={styles.room}>
      <header className={styles.head}>
        <div>
          <h1>{title}</h1>
          <p>{lead}</p>
        </div>
        {aside}
      </header>
      {children}
    </div>
  );
}
