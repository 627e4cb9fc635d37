import type { MacAddress } from '../../core/mac-address.ts';
import type { ProbeShape } from '../../sip/build-probe.ts';
import type { Vendor } from '../../vendors/vendor.ts';

/** One question per make, all with the same MAC address: many servers answer only the phones that they are made for. */
export function buildProbeShapes(vendors: readonly Vendor[], mac: MacAddress): readonly ProbeShape[] {
  return vendors.map(({ simulated }) => {
    const { model, firmware, subscribeUser, subscribeHost, sipUserAgent, eventWords, viaBranch, viaRport } = simulated;
    return {
      user: subscribeUser(mac),
      host: subscribeHost,
      userAgent: sipUserAgent?.(model, firmware) ?? null,
      event: { ...eventWords(model), version: firmware },
      viaBranch,
      viaRport,
    };
  });
}
