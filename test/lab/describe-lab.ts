import { afterAll, beforeAll, describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { type BuiltAppliance, buildAppliance } from './build-appliance.ts';
import { buildPrograms, type Programs } from './build-programs.ts';
import { whyNoNamespaces } from './namespaces.ts';
import { openPhoneLab, type PhoneLab } from './phone-lab.ts';

/** Of the compiler, which takes some 10 s where it has a core to itself. */
const BUILD_MS = 120_000;

/** `missing`: why this machine cannot have the lab. The tests are skipped then, but not where a lab must be: in CI. */
export function describeLab(name: string, missing: string | undefined, body: () => void): void {
  test('this machine can have the lab, or is not the one that must', (context) => {
    if (missing !== undefined && !process.env.CI) context.skip(missing);
    expect(missing).toBeUndefined();
  });

  describe.skipIf(missing !== undefined)(name, body);
}

/** Path of the appliance's program, built once for the tests around and removed behind them. */
export function useAppliance(): () => string {
  let built: BuiltAppliance | undefined;
  beforeAll(() => {
    built = buildAppliance();
  }, BUILD_MS);
  afterAll(() => built?.remove());
  return () => {
    if (built === undefined) throw new Error('the appliance is not built yet');
    return built.mainPath;
  };
}

/** Programs of this folder, compiled once for the tests around and removed behind them. */
export function usePrograms(...names: readonly string[]): Programs['pathOf'] {
  let programs: Programs | undefined;
  beforeAll(() => {
    programs = buildPrograms(...names);
  }, BUILD_MS);
  afterAll(() => programs?.remove());
  return (name) => {
    if (programs === undefined) throw new Error(`${name} is not compiled yet`);
    return programs.pathOf(name);
  };
}

export interface OfficeTools {
  /** An office for one test; it ends with the test, and what the appliance wrote is shown if that fails. */
  readonly open: () => Promise<PhoneLab>;
  readonly mainPath: () => string;
  /** Path of `hands`, and of the programs that were named. */
  readonly pathOf: Programs['pathOf'];
}

/** Tests of the real appliance in an office of two LANs; `programs`: what they need besides `hands`. */
export function describeOffice(name: string, programs: readonly string[], body: (tools: OfficeTools) => void): void {
  describeLab(name, whyNoNamespaces(), () => {
    const mainPath = useAppliance();
    const pathOf = usePrograms('hands', ...programs);

    async function open(): Promise<PhoneLab> {
      const lab = await openPhoneLab({ main: mainPath(), hands: pathOf('hands') });
      onTestFailed(() => console.error(lab.log()));
      onTestFinished(() => lab.close());
      return lab;
    }

    body({ open, mainPath, pathOf });
  });
}
