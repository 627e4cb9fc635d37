import { findNear } from './find-near.ts';
import type { MacAddress } from './mac-address.ts';
import type { CsvFault } from './read-csv-table.ts';
import type { PhoneWords } from './sighting.ts';

/** A vendor whose phones a list may hold. */
export interface KnownVendor {
  readonly id: string;
  readonly name: string;
  /** Left out: any model is taken as it stands. */
  readonly models?: readonly { readonly name: string }[];
  /** The model as the vendor spells it, from what a phone or a person says of it. */
  modelOf?(words: PhoneWords): string | null;
}

/** Vendor and model of one phone. Undefined or null: not known. */
export interface PhoneKind {
  readonly vendorId?: string | null | undefined;
  readonly model?: string | null | undefined;
}

export interface PhoneKindRules {
  /** Vendors that may be named; left out: any. */
  readonly vendors?: readonly KnownVendor[] | undefined;
  /** Id of the vendor that owns the address's prefix. */
  readonly vendorOfMac?: ((mac: MacAddress) => string | undefined) | undefined;
  /** What the office holds of a phone already: a row that repeats it is right. */
  readonly decided?: ((mac: MacAddress) => PhoneKind | undefined) | undefined;
}

export interface CheckedKind {
  /** As the vendor lists it, if it does. */
  readonly model: string | undefined;
  readonly fault: Pick<CsvFault, 'column' | 'saw' | 'want'> | undefined;
}

/** Does the vendor fit the MAC address, and has it such a model? */
export function checkPhoneKind(
  { mac, vendorId, model }: PhoneKind & { readonly mac: MacAddress; readonly model: string | undefined },
  { vendors = [], vendorOfMac, decided }: PhoneKindRules,
): CheckedKind {
  const before = decided?.(mac);
  const owner = vendors.find(({ id }) => id === vendorOfMac?.(mac));
  if (vendorId != null && owner !== undefined && vendorId !== owner.id && vendorId !== before?.vendorId) {
    const want = `${owner.id}, whose MAC address it is; if it is right all the same, approve this phone by itself`;
    return { model, fault: { column: 'vendor', saw: JSON.stringify(vendorId), want } };
  }
  const id = vendorId ?? before?.vendorId ?? owner?.id;
  const vendor = vendors.find((known) => known.id === id);
  if (model === undefined || vendor?.models === undefined || model === before?.model)
    return { model, fault: undefined };
  const listed = findListed(vendor, model);
  if (listed !== undefined) return { model: listed, fault: undefined };
  const known = nameModels(vendor, model);
  const want = `a model of ${vendor.name}: ${known}; if it is a new one, leave the cell empty`;
  return { model, fault: { column: 'model', saw: JSON.stringify(model.slice(0, 64)), want } };
}

/** The models that may have been meant, else all of them. */
export function nameModels({ models = [] }: KnownVendor, saw: string): string {
  const names = models.map(({ name }) => name);
  const near = findNear(names, saw);
  return near.length > 0 ? near.join(' or ') : `one of ${names.join(', ')}`;
}

/** The listed model that a person means; undefined: none. */
export function findListed(vendor: KnownVendor, said: string): string | undefined {
  const find = (name: string) => vendor.models?.find((model) => model.name.toLowerCase() === name.toLowerCase())?.name;
  const spelled = vendor.modelOf?.({ userAgent: '', vendor: '', model: said, firmware: '' }) ?? undefined;
  return find(said) ?? (spelled === undefined ? undefined : find(spelled));
}
