import { note } from '../../core/note.ts';
import { describePortHolder, type PortHolder } from '../../lan/port-holder.ts';
import type { PortState } from '../../lan/port-try.ts';
import { type DoctorCheck, type Finding, green, red } from './finding.ts';

export interface WantedPort {
  readonly id: 'web' | 'phones' | 'pnp' | 'web-tls' | 'phones-tls';
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  /** Which flag or variable changes it. */
  readonly flag: string;
}

export interface PortDoors {
  readonly ports: readonly WantedPort[];
  readonly tryPort: (port: WantedPort) => Promise<PortState>;
  readonly findHolders: (port: WantedPort) => Promise<readonly PortHolder[]>;
  /** Is the one that holds it this very appliance, running? */
  readonly isOurs: (port: WantedPort, holders: readonly PortHolder[]) => Promise<boolean>;
}

/** Can the ports be had, or have we got them already? */
export function createPortCheck({ ports, tryPort, findHolders, isOurs }: PortDoors): DoctorCheck {
  async function look(wanted: WantedPort): Promise<Finding> {
    const id = `ports.${wanted.id}`;
    const { protocol } = wanted;
    // As text: a number would be grouped where people read it.
    const port = String(wanted.port);
    const state = await tryPort(wanted);
    const holders = state === 'held' || wanted.id === 'pnp' ? await findHolders(wanted) : [];
    if (holders.length > 0 && (await isOurs(wanted, holders))) {
      return green(id, note('doctor.port-ours', 'Plugtone has {protocol} port {port}.', { protocol, port }));
    }
    if (state === 'free') {
      return green(id, note('doctor.port-free', '{protocol} port {port} can be had.', { protocol, port }));
    }
    if (state === 'held') {
      const who = holders.map(describePortHolder).join(', ') || '?';
      const values = { protocol, port, who };
      const sentence = note('doctor.port-held', '{protocol} port {port} is held by {who}.', values);
      return red(id, sentence, adviseHeld(wanted));
    }
    const values = { protocol, port, code: state.refused };
    return red(
      id,
      note('doctor.port-refused', 'The system refuses {protocol} port {port} ({code}).', values),
      note(
        'doctor.port-refused-advice',
        'Run it as a user who may (ports below 1024 need CAP_NET_BIND_SERVICE), or choose another port with {flag}.',
        { flag: wanted.flag },
      ),
    );
  }
  return { id: 'ports', run: () => Promise.all(ports.map(look)) };
}

function adviseHeld({ id, flag }: WantedPort) {
  if (id === 'pnp') {
    return note(
      'doctor.pnp-held-advice',
      'Bind that program to its own address instead of all addresses, let it share the port, or stop it: phones ask at this port and no other.',
    );
  }
  return note('doctor.port-held-advice', 'Stop that program, or choose another port with {flag}.', { flag });
}
