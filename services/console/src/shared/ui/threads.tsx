import styles from './entry.module.css';

const COUNT = 26;
const WIDTH = 1200;
const HEIGHT = 760;

/** One thread: a slow wave whose phase follows its place, so that all together look like cloth. */
function path(index: number): string {
  const share = index / (COUNT - 1);
  const top = 90 + share * 560;
  const swing = 70 + 60 * Math.sin(share * Math.PI);
  const bend = Math.sin(share * Math.PI * 2.2) * swing;
  return `M-40 ${top} C ${WIDTH * 0.28} ${top - bend}, ${WIDTH * 0.6} ${top + bend * 1.5}, ${WIDTH + 40} ${top - bend * 0.7}`;
}

/** The loom behind the words. Decoration only. */
export function Threads() {
  return (
    <svg
      className={styles.threads}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden
    >
      {Array.from({ length: COUNT }, (_, index) => (
        <path key={index} d={path(index)} style={{ '--i': index }} />
      ))}
    </svg>
  );
}
