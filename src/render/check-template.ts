/** What a template must not do, found before any phone asks for the file. */
export interface TemplateFault {
  readonly line: number;
  readonly reason: string;
}

type Scope = { readonly context: unknown; readonly names: ReadonlyMap<string, unknown> };

const BLOCKS: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);
const LOOP_DATA: ReadonlySet<string> = new Set(['index', 'key', 'first', 'last']);
/** Stands for a loop's number and key. */
const ANY_TEXT = 'text';

/**
 * Finds a name that no phone view has, in every branch. Handlebars' own strict mode sees only the branches that a
 * rendering takes, and never the condition of an `{{#if}}`, where a misspelled name would just be false.
 * `sample` is a view that has everything: each list at least one item.
 */
export function checkTemplate(program: hbs.AST.Program, sample: object): TemplateFault | undefined {
  const root: Scope = { context: sample, names: new Map() };
  return checkProgram(program, [root]);
}

function checkProgram(program: hbs.AST.Program | undefined, scopes: readonly Scope[]): TemplateFault | undefined {
  for (const statement of program?.body ?? []) {
    const fault = checkStatement(statement, scopes);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function checkStatement(statement: hbs.AST.Statement, scopes: readonly Scope[]): TemplateFault | undefined {
  switch (statement.type) {
    case 'ContentStatement':
    case 'CommentStatement':
      return undefined;
    case 'MustacheStatement': {
      const mustache = statement as hbs.AST.MustacheStatement;
      if (mustache.params.length > 0) return fault(mustache, 'only if, unless, each and with are known here');
      return resolve(mustache.path, scopes).fault;
    }
    case 'BlockStatement':
      return checkBlock(statement as hbs.AST.BlockStatement, scopes);
    default:
      return fault(statement, 'only values and the blocks if, unless, each and with may stand in a template');
  }
}

function checkBlock(block: hbs.AST.BlockStatement, scopes: readonly Scope[]): TemplateFault | undefined {
  const name = block.path.original;
  if (!BLOCKS.has(name)) return fault(block, `the block "${name}" is not one of if, unless, each, with`);
  const [argument] = block.params;
  if (argument === undefined || block.params.length > 1) return fault(block, `"${name}" takes one value`);
  const found = resolve(argument, scopes);
  if (found.fault !== undefined) return found.fault;
  const inner =
    name === 'if' || name === 'unless' ? scopes : enter(name, found.value, block.program.blockParams, scopes);
  return checkProgram(block.program, inner) ?? checkProgram(block.inverse, scopes);
}

function enter(
  name: string,
  value: unknown,
  params: readonly string[] = [],
  scopes: readonly Scope[],
): readonly Scope[] {
  const context = name === 'each' ? mergeItems(value) : value;
  const names = new Map(scopes[0]?.names);
  const [item, index] = params;
  if (item !== undefined) names.set(item, context);
  if (index !== undefined) names.set(index, ANY_TEXT);
  return [{ context, names }, ...scopes];
}

/** Items of one list may differ in what they have (a vendor's keys of a line): together they have it all. */
function mergeItems(list: unknown): unknown {
  const items = typeof list === 'object' && list !== null ? Object.values(list) : [];
  return items.reduce((merged, item) => merge(merged, item), items[0]);
}

function merge(one: unknown, other: unknown): unknown {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one;
  const merged: Record<string, unknown> = { ...other, ...one };
  for (const name of Object.keys(one)) {
    if (Object.hasOwn(other, name)) merged[name] = merge(Reflect.get(one, name), Reflect.get(other, name));
  }
  return merged;
}

function resolve(
  expression: hbs.AST.Expression,
  scopes: readonly Scope[],
): { readonly value?: unknown; readonly fault?: TemplateFault } {
  if (expression.type !== 'PathExpression') return { fault: fault(expression, 'a name is wanted here') };
  const path = expression as hbs.AST.PathExpression;
  let [first, ...rest] = path.parts as string[];
  let value: unknown;
  const scope = scopes[path.depth];
  if (path.data) {
    if (first !== 'root') {
      return LOOP_DATA.has(first ?? '')
        ? { value: ANY_TEXT }
        : { fault: fault(path, `"${path.original}" is not known`) };
    }
    value = scopes.at(-1)?.context;
    [first, ...rest] = rest;
  } else if (scope === undefined) {
    return { fault: fault(path, `"${path.original}" leads out of the view`) };
  } else if (path.depth === 0 && first !== undefined && scope.names.has(first)) {
    value = scope.names.get(first);
    [first, ...rest] = rest;
  } else {
    value = scope.context;
  }
  for (const name of first === undefined ? [] : [first, ...rest]) {
    // How long a list is differs from phone to phone: a place in it may be asked for.
    if (Array.isArray(value) && /^\d{1,3}$/.test(name)) {
      value = mergeItems(value);
      continue;
    }
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) {
      return { fault: fault(path, `"${path.original}" is not a name that a template may use`) };
    }
    value = Reflect.get(value, name);
  }
  return { value };
}

function fault(node: hbs.AST.Node, reason: string): TemplateFault {
  return { line: node.loc.start.line, reason };
}
