import type { Model } from '../vendor.ts';

/** What a model's name may look like: nothing that a phone says gets further than this. */
const NAME = /^[A-Za-z]{0,3}\d{2,5}[A-Za-z0-9]{0,3}(?:_E\d)?$/;
/** A variant of a listed model adds at most two letters: GRP2612W, T58A, VP530P. */
const VARIANT = /^[A-Za-z]{1,2}$/;

/**
 * Spells a phone's claim as the list does: the very name, else the model that it is a variant of (GRP2612W → GRP2612),
 * else the claim itself in upper case. Null: no name of a model.
 */
export function findListedName(models: readonly Model[], claim: string): string | null {
  if (!NAME.test(claim)) return null;
  const name = claim.toUpperCase();
  let family: string | null = null;
  for (const model of models) {
    if (model.name === name) return name;
    const isVariant = name.startsWith(model.name) && VARIANT.test(name.slice(model.name.length));
    if (isVariant && model.name.length > (family?.length ?? 0)) family = model.name;
  }
  return family ?? name;
}
