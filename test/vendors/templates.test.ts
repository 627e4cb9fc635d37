import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Extension } from '../../src/core/extension.ts';
import { parseMacAddress } from '../../src/core/mac-address.ts';
import { Secret } from '../../src/core/secret.ts';
import { resolveSettings, type SettingsPatch } from '../../src/core/settings.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { readTimeZone } from '../../src/core/time-zones.ts';
import { buildPhoneView } from '../../src/render/build-phone-view.ts';
import { compileTemplate } from '../../src/render/compile-template.ts';
import { escapeView } from '../../src/render/escape.ts';
import { buildSampleView } from '../../src/render/sample-view.ts';
import { aastra } from '../../src/vendors/aastra.ts';
import { snom } from '../../src/vendors/snom.ts';
import type { Vendor } from '../../src/vendors/vendor.ts';

const TEMPLATES = new URL('../../templates/', import.meta.url);

function account(number: string, displayName: string, password: string, voicemail: string): Extension {
  return { number, displayName, authName: `u${number}`, password: new Secret(password), voicemail, language: '' };
}

function source(vendor: Vendor, name: string): string {
  return readFileSync(new URL(`${vendor.id}/${name}.hbs`, TEMPLATES), 'utf8');
}

/** The lines of a phone's file for two extensions, without indentation. */
function write(vendor: Vendor, patch: SettingsPatch, name = vendor.files[0].name): readonly string[] {
  const file = vendor.files.find((candidate) => candidate.name === name);
  const mac = parseMacAddress(`${vendor.macPrefixes[0]}aabbcc`);
  const model = vendor.models.find(({ lines }) => lines > 2);
  const settings = resolveSettings([{ layer: 'site', patch: { sipServer: 'pbx.example', ...patch } }]);
  const rule = readTimeZone(settings.values.timeZone, Date.UTC(2026, 7, 1));
  const template = compileTemplate(source(vendor, name), buildSampleView(vendor));
  if (file === undefined || mac === undefined || model === undefined || !rule.ok) throw new Error('no such sample');
  if (!template.ok) throw new Error(`${name}:${template.problem.line}: ${template.problem.reason}`);
  const built = buildPhoneView({
    vendor,
    model,
    device: { mac },
    site: DEFAULT_SITE,
    settings,
    extensions: [account('101', 'Anna Özil', 'a=b&#1', '*97'), account('102', 'Bär', 'second', '')],
    rule: rule.value,
    server: { host: '192.0.2.1', port: 8060 },
    externalAddress: '',
    token: 'abc',
    consolePasswords: null,
    login: null,
  });
  if (!built.ok) throw new Error(built.problem.kind);
  const view = escapeView(built.value.view, file.format);
  if (!view.ok) throw new Error(`${view.problem.field}: ${view.problem.reason}`);
  const text = template.value(view.value);
  if (!text.ok) throw new Error(text.problem.reason);
  return text.value.split('\n').map((line) => line.trim());
}

const EVERYTHING: SettingsPatch = {
  sipTransport: 'tls',
  outboundProxy: 'sbc.example:5081',
  srtp: 'required',
  dtmfMethod: 'inband',
  codecs: ['pcmu', 'g729'],
  language: 'de',
  toneCountry: 'DE',
  timeZone: 'Europe/Berlin',
  timeFormat: '12h',
  dateFormat: 'mm/dd/yyyy',
  vlanId: 20,
  vlanPriority: 5,
  pcVlanId: 30,
  syslogServer: 'log.example',
  syslogLevel: 'debug',
  resyncMinutes: 0,
  pnpEnabled: false,
};

test('every setting of Snom says who may change it, and none is kept from being overwritten', () => {
  for (const { name } of snom.files) {
    const [settings = ''] = /<phone-settings .*<\/phone-settings>/s.exec(source(snom, name)) ?? [];
    const elements = settings.match(/^ {4}<.*$/gm) ?? [];
    expect(elements.length).toBeGreaterThan(5);
    for (const element of elements)
      expect(element).toMatch(/^ {4}<(\w+|\{\{key\}\})( idx="\{\{line\}\}")? perm="RW">.*<\/\1>$/);
    expect(elements[0]).toContain('<auto_reboot_on_setting_change ');
  }
});

test('a Snom’s file says what the settings say', () => {
  const lines = write(snom, EVERYTHING);
  expect(lines).toEqual(
    expect.arrayContaining([
      '<setting_server perm="RW">http://192.0.2.1:8060/p/abc/000413AABBCC.xml</setting_server>',
      '<prov_polling_enabled perm="RW">off</prov_polling_enabled>',
      '<pnp_config perm="RW">off</pnp_config>',
      '<http_pass perm="RW">a=b&amp;#1</http_pass>',
      '<language perm="RW">Deutsch</language>',
      '<tone_scheme perm="RW">GER</tone_scheme>',
      '<timezone perm="RW">GER+1</timezone>',
      '<time_24_format perm="RW">off</time_24_format>',
      '<date_us_format perm="RW">on</date_us_format>',
      '<vlan_id perm="RW">20</vlan_id>',
      '<vlan_qos perm="RW">5</vlan_qos>',
      '<vlan_port_tagging perm="RW">on</vlan_port_tagging>',
      '<vlan_pc_id perm="RW">30</vlan_pc_id>',
      '<syslog_server perm="RW">log.example</syslog_server>',
      '<log_level perm="RW">9</log_level>',
      '<user_realname idx="1" perm="RW">Anna Özil</user_realname>',
      '<user_name idx="1" perm="RW">101</user_name>',
      '<user_pname idx="1" perm="RW">u101</user_pname>',
      '<user_pass idx="1" perm="RW">a=b&amp;#1</user_pass>',
      '<user_host idx="1" perm="RW">pbx.example:5061</user_host>',
      '<user_outbound idx="2" perm="RW">sbc.example:5081;transport=tls</user_outbound>',
      '<user_mailbox idx="1" perm="RW">*97</user_mailbox>',
      '<codec_priority_list idx="1" perm="RW">pcmu,g729</codec_priority_list>',
      '<user_srtp idx="1" perm="RW">on</user_srtp>',
      '<user_savp idx="1" perm="RW">mandatory</user_savp>',
      '<user_active idx="2" perm="RW">on</user_active>',
      '<user_active idx="3" perm="RW">off</user_active>',
      '<user_pass idx="3" perm="RW"></user_pass>',
    ]),
  );
});

test('a Snom without outbound proxy gets the transport with the server, and telephone events', () => {
  const lines = write(snom, { sipTransport: 'tcp', resyncMinutes: 60 });
  expect(lines).toContain('<user_outbound idx="1" perm="RW">pbx.example:5060;transport=tcp</user_outbound>');
  expect(lines).toContain(
    '<codec_priority_list idx="1" perm="RW">g722,pcma,pcmu,telephone-event</codec_priority_list>',
  );
  expect(lines).toContain('<prov_polling_period perm="RW">3600</prov_polling_period>');
  expect(lines).toContain('<vlan_id perm="RW"></vlan_id>');
  expect(lines.join('\n')).not.toContain('log_level');
});

test('an Aastra’s file says what the settings say', () => {
  const lines = write(aastra, EVERYTHING);
  expect(lines).toEqual(
    expect.arrayContaining([
      'http server: 192.0.2.1',
      'http port: 8060',
      'http path: p/abc',
      'auto resync mode: 0',
      'admin password: "a=b&#1"',
      'language 1: lang_de.txt',
      'language: 1',
      'tone set: Germany',
      'time zone name: Custom',
      'time zone minutes: -60',
      'dst [start|end] relative date: 1',
      'time format: 0',
      'date format: 6',
      'tagging enabled: 1',
      'vlan id: 20',
      'priority non-ip: 5',
      'vlan id port 1: 30',
      'log server ip: log.example',
      'log module sip: 65535',
      'sip transport protocol: 4',
      'sips persistent tls: 1',
      'sip customized codec: payload=0;ptime=20;silsupp=off,payload=18;ptime=20;silsupp=off',
      'sip out-of-band dtmf: 0',
      'sip line1 user name: 101',
      'sip line1 auth name: u101',
      'sip line1 password: "a=b&#1"',
      'sip line1 display name: Anna Özil',
      'sip line1 registrar ip: pbx.example',
      'sip line1 registrar port: 5061',
      'sip line2 outbound proxy: sbc.example',
      'sip line2 outbound proxy port: 5081',
      'sip line1 vmail: *97',
      'sip line1 srtp mode: 2',
      'sip line3 registrar ip: 0.0.0.0',
    ]),
  );
  expect(lines.join('\n')).not.toMatch(/sip line2 vmail|sip line3 (user|auth|password)/);
});

test('an Aastra with SIP INFO and English sends events and stays English', () => {
  const lines = write(aastra, { dtmfMethod: 'sip-info' });
  for (const line of ['sip out-of-band dtmf: 1', 'sip dtmf method: 1', 'sip line1 dtmf method: 1', 'language: 0']) {
    expect(lines).toContain(line);
  }
  expect(lines).toEqual(expect.arrayContaining(['auto resync mode: 1', 'auto resync days: 1', 'tagging enabled: 0']));
  expect(lines.join('\n')).not.toMatch(/language 1|log server|vlan id/);
});

test('every line of an Aastra’s file is a comment or a parameter, each once', () => {
  for (const { name } of aastra.files) {
    const lines = write(aastra, EVERYTHING, name).filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(2);
    const names = lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => /^([a-z0-9 [\]|-]+): \S/.exec(line)?.[1] ?? line);
    for (const parameter of names) expect(parameter).toMatch(/^[a-z0-9 [\]|-]+$/);
    expect(new Set(names).size).toBe(names.length);
  }
});
