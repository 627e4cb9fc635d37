import { note } from '../../core/note.ts';
import type { ReceiveBuffer } from '../../lan/receive-buffer.ts';
import { type DoctorCheck, green, yellow } from './finding.ts';

/** Does the system grant the receive buffer that a whole office's boot needs? */
export function createReceiveBufferCheck({ ask }: { readonly ask: () => Promise<ReceiveBuffer> }): DoctorCheck {
  const id = 'receive-buffer';
  return {
    id,
    async run() {
      const { asked, granted } = await ask();
      const values = { asked, granted };
      if (granted >= asked) {
        return [
          green(id, note('doctor.buffer-granted', 'The system grants the receive buffer of {asked} bytes.', values)),
        ];
      }
      return [
        yellow(
          id,
          note(
            'doctor.buffer-small',
            'The system grants {granted} of {asked} bytes of receive buffer: when many phones start at once, some are not heard.',
            values,
          ),
          // As text: a number would be grouped where people read it.
          note(
            'doctor.buffer-advice',
            'Put net.core.rmem_max={asked} into /etc/sysctl.d/60-plugtone.conf, and run sysctl --system.',
            { asked: String(asked) },
          ),
        ),
      ];
    },
  };
}
