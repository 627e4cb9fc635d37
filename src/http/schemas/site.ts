import { type Static, Type } from 'typebox';
import { nullableText, oneOf, openMap, PLAIN_TEXT } from './common.ts';
import { INTERNET_EXAMPLE, InternetSettingsAnswer, InternetSettingsBody, WebhookSecretBody } from './internet.ts';
import { SettingsMap } from './settings.ts';
import { BackupPassphraseBody, TRUST_EXAMPLE, TrustSettingsAnswer, TrustSettingsBody } from './trust.ts';

const POLICIES = ['same', 'one', 'random'] as const;

const ConsolePasswordPolicy = oneOf(POLICIES, {
  description:
    "Password of the phones' own web pages. same: the account's. one: one for the site. random: drawn per phone.",
});

const AutoApproveRule = Type.Object(
  {
    vendorId: nullableText({ description: 'Id of a vendor; null: of any known make' }),
    macPrefix: nullableText({ description: 'First 6-12 hex digits of the MAC address; null: any' }),
    firstExtension: Type.String({ maxLength: 9, pattern: '^[0-9]+$', description: 'digits' }),
    lastExtension: Type.String({ maxLength: 9, pattern: '^[0-9]+$', description: 'digits' }),
    createExtensions: Type.Boolean({ description: 'Make missing extensions with a drawn password' }),
  },
  { additionalProperties: false },
);

const RULE_EXAMPLE = {
  vendorId: null,
  macPrefix: '001565',
  firstExtension: '200',
  lastExtension: '219',
  createExtensions: true,
};

const NAMED_MAPS = {
  vendorSettings: openMap({ description: 'Settings by id of the vendor', examples: [{}] }),
  modelSettings: openMap({ description: 'Settings by `<vendor id>/<model>`', examples: [{}] }),
};

export const SiteAnswer = Type.Object(
  {
    name: Type.String(),
    settings: SettingsMap,
    ...NAMED_MAPS,
    consolePasswordPolicy: ConsolePasswordPolicy,
    consolePasswordSet: Type.Boolean({ description: 'Is there a password for the policy `one`? It is never shown.' }),
    answerPending: Type.Boolean({ description: 'Answer undecided phones with 200, so that they stop asking' }),
    autoApprove: Type.Array(AutoApproveRule),
    internet: InternetSettingsAnswer,
    webhookSecretSet: Type.Boolean({ description: 'Is there a key for what the webhook is told? It is never shown.' }),
    trust: TrustSettingsAnswer,
    backupPassphraseSet: Type.Boolean({ description: 'Is there a passphrase for nightly backups? It is never shown.' }),
    retentionDays: Type.Integer({ description: 'Days that journeys and audit are kept' }),
    revision: Type.Integer({ description: 'Counts the changes' }),
  },
  {
    examples: [
      {
        name: 'Praxis Dr. Sommer',
        settings: { timeZone: 'Europe/Berlin', language: 'de', toneCountry: 'DE' },
        vendorSettings: {},
        modelSettings: {},
        consolePasswordPolicy: 'random',
        consolePasswordSet: false,
        answerPending: false,
        autoApprove: [RULE_EXAMPLE],
        internet: INTERNET_EXAMPLE,
        webhookSecretSet: true,
        trust: TRUST_EXAMPLE,
        backupPassphraseSet: true,
        retentionDays: 90,
        revision: 7,
      },
    ],
  },
);
export type SiteAnswer = Static<typeof SiteAnswer>;

export const SiteBody = Type.Object(
  {
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, pattern: PLAIN_TEXT, description: 'text in one line' }),
    ),
    settings: Type.Optional(SettingsMap),
    vendorSettings: Type.Optional(NAMED_MAPS.vendorSettings),
    modelSettings: Type.Optional(NAMED_MAPS.modelSettings),
    consolePasswordPolicy: Type.Optional(ConsolePasswordPolicy),
    consolePassword: Type.Optional(
      nullableText({
        minLength: 1,
        maxLength: 64,
        pattern: PLAIN_TEXT,
        description: 'text in one line: used by the policy `one`, written, never read; null takes it away',
      }),
    ),
    answerPending: Type.Optional(Type.Boolean()),
    autoApprove: Type.Optional(
      Type.Array(AutoApproveRule, { maxItems: 50, description: 'The first rule that fits decides' }),
    ),
    internet: Type.Optional(InternetSettingsBody),
    webhookSecret: Type.Optional(WebhookSecretBody),
    trust: Type.Optional(TrustSettingsBody),
    backupPassphrase: Type.Optional(BackupPassphraseBody),
    retentionDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })),
    revision: Type.Optional(Type.Integer({ description: 'Read-only: as GET answers it; ignored' })),
    consolePasswordSet: Type.Optional(Type.Boolean({ description: 'Read-only: as GET answers it; ignored' })),
    webhookSecretSet: Type.Optional(Type.Boolean({ description: 'Read-only: as GET answers it; ignored' })),
    backupPassphraseSet: Type.Optional(Type.Boolean({ description: 'Read-only: as GET answers it; ignored' })),
  },
  {
    additionalProperties: false,
    examples: [
      {
        name: 'Praxis Dr. Sommer',
        settings: { timeZone: 'Europe/Berlin', language: 'de' },
        internet: { mapPorts: true, portMappings: [{ protocol: 'UDP', externalPort: 5060 }] },
      },
    ],
  },
);
export type SiteBody = Static<typeof SiteBody>;
