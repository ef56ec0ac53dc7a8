import { parser } from '@prometheus-io/lezer-promql';
import { missing, sameLabels, type Labels, type Value } from './labels';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** The labels that the series of a metric have; undefined where there is no such metric. */
export type LookUp = (metric: string) => Labels | undefined;

export interface CheckedQuery {
  /** What each series of the answer is told apart by; `scalar` for a number, `unknown` where a metric is unknown. */
  readonly result: Value;
  /** In sentences; empty when all is well. */
  readonly problems: readonly string[];
  /** Names that it asks for, as they are written. */
  readonly metrics: ReadonlySet<string>;
}

const EXPRESSIONS: ReadonlySet<string> = new Set([
  ...['AggregateExpr', 'BinaryExpr', 'FunctionCall', 'MatrixSelector', 'NumberDurationLiteral', 'OffsetExpr'],
  ...['ParenExpr', 'StringLiteral', 'SubqueryExpr', 'UnaryExpr', 'VectorSelector', 'StepInvariantExpr'],
]);
/** They choose among series and leave their labels as they are. */
const CHOOSING = ['Topk', 'Bottomk', 'LimitK', 'LimitRatio'];
const SCALAR_FUNCTIONS: ReadonlySet<string> = new Set(['Scalar', 'Time', 'Pi']);
const WITHOUT_LABELS: ReadonlySet<string> = new Set(['Vector', 'Absent', 'AbsentOverTime']);

/**
 * Follows the labels through a query of Prometheus: whether each metric exists, whether it has the labels that it is selected and grouped
 * by, and whether the two sides of an operator can meet. Values of labels are not looked at.
 */
export function checkQuery(text: string, lookUp: LookUp): CheckedQuery {
  const reading = new Reading(text, lookUp);
  const tree = parser.parse(text);
  let broken = false;
  tree.iterate({ enter: ({ type }) => void (broken ||= type.isError) });
  const result = broken ? reading.wrong(`cannot be parsed: ${text}`) : reading.value(tree.topNode);
  return { result, problems: reading.problems, metrics: reading.metrics };
}

/** The expressions directly below a node. */
function expressionsIn(node: SyntaxNode | null): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) {
    if (EXPRESSIONS.has(child.name)) found.push(child);
  }
  return found;
}

class Reading {
  readonly problems: string[] = [];
  readonly metrics = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly lookUp: LookUp,
  ) {}

  value(node: SyntaxNode): Value {
    switch (node.name) {
      case 'NumberDurationLiteral':
      case 'StringLiteral':
        return 'scalar';
      case 'VectorSelector':
        return this.selector(node);
      case 'AggregateExpr':
        return this.aggregate(node);
      case 'BinaryExpr':
        return this.binary(node);
      case 'FunctionCall':
        return this.call(node);
      default: {
        const [inner] = expressionsIn(node);
        return inner ? this.value(inner) : this.wrong(`cannot be read: ${this.textOf(node)}`);
      }
    }
  }

  private selector(node: SyntaxNode): Value {
    const name = this.textOf(node.getChild('Identifier'));
    if (name === '') return this.wrong(`names no metric: ${this.textOf(node)}`);
    this.metrics.add(name);
    const labels = this.lookUp(name);
    if (labels === undefined) return this.wrong(`there is no metric ${name}`);
    const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
    const asked = matchers.map((matcher) => this.textOf(matcher.getChild('LabelName')));
    this.expect(labels, asked, name);
    return labels;
  }

  private aggregate(node: SyntaxNode): Value {
    const [inner] = expressionsIn(node.getChild('FunctionCallBody')).slice(-1);
    if (!inner) return this.wrong(`aggregates nothing: ${this.textOf(node)}`);
    const value = this.value(inner);
    if (value === 'unknown') return value;
    const labels = value === 'scalar' ? new Set<string>() : value;
    const operator = node.getChild('AggregateOp');
    if (CHOOSING.some((name) => operator?.getChild(name))) return labels;
    const modifier = node.getChild('AggregateModifier');
    const grouped = this.labelsIn(modifier?.getChild('GroupingLabels'));
    if (modifier?.getChild('Without'))
      return new Set([...labels].filter((label) => !grouped.includes(label)));
    this.expect(labels, grouped, this.textOf(inner));
    return new Set(grouped);
  }

  private call(node: SyntaxNode): Value {
    const name = node.getChild('FunctionIdentifier')?.firstChild?.name ?? '';
    const inputs = expressionsIn(node.getChild('FunctionCallBody'));
    const values = inputs.map((input) => this.value(input));
    if (SCALAR_FUNCTIONS.has(name)) return 'scalar';
    if (WITHOUT_LABELS.has(name)) return new Set();
    if (values.includes('unknown')) return 'unknown';
    const labels = new Set(values.flatMap((value) => (typeof value === 'string' ? [] : [...value])));
    if (name === 'HistogramQuantile') {
      this.expect(labels, ['le'], this.textOf(node));
      labels.delete('le');
    }
    if (name === 'LabelReplace' || name === 'LabelJoin') labels.add(this.textOf(inputs[1]).slice(1, -1));
    return labels;
  }

  private binary(node: SyntaxNode): Value {
    const [first, second] = expressionsIn(node);
    if (!first || !second) return this.wrong(`has one side only: ${this.textOf(node)}`);
    const [left, right] = [this.value(first), this.value(second)];
    if (left === 'unknown' || right === 'unknown') return 'unknown';
    if (left === 'scalar') return right;
    if (right === 'scalar') return left;
    if (node.getChild('Or')) return new Set([...left, ...right]);
    const matched = this.matched(node, left, right);
    return node.getChild('And') || node.getChild('Unless') ? left : matched;
  }

  /** The labels of what two sides make together. Sides with different labels never meet, and the answer is always empty. */
  private matched(node: SyntaxNode, left: Labels, right: Labels): Labels {
    const clause = node.getChild('MatchingModifierClause');
    const [matching = [], brought = []] = (clause?.getChildren('GroupingLabels') ?? []).map((one) =>
      this.labelsIn(one),
    );
    if (clause?.getChild('On')) {
      this.expect(left, matching, this.textOf(node.firstChild));
      this.expect(right, matching, this.textOf(node.lastChild));
    } else {
      const kept = (labels: Labels): Labels =>
        new Set([...labels].filter((label) => !matching.includes(label)));
      if (!sameLabels(kept(left), kept(right))) {
        const sides = [left, right].map((labels) => `(${[...labels].toSorted().join(', ')})`);
        this.wrong(`sides that never meet, ${sides.join(' and ')}: ${this.textOf(node)}`);
      }
    }
    if (clause?.getChild('GroupLeft')) return new Set([...left, ...brought]);
    if (clause?.getChild('GroupRight')) return new Set([...right, ...brought]);
    return clause?.getChild('On') ? new Set(matching) : left;
  }

  private expect(labels: Labels, asked: readonly string[], of: string): void {
    const absent = missing(labels, asked);
    if (absent.length > 0) this.wrong(`no label ${absent.join(', ')} in ${of}`);
  }

  private labelsIn(node: SyntaxNode | null | undefined): string[] {
    return (node?.getChildren('LabelName') ?? []).map((label) => this.textOf(label));
  }

  private textOf(node: SyntaxNode | null | undefined): string {
    return node ? this.text.slice(node.from, node.to) : '';
  }

  wrong(problem: string): 'unknown' {
    this.problems.push(problem);
    return 'unknown';
  }
}
