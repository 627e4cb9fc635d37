import { type PosixTz, parsePosixTz } from '../../core/parse-posix-tz.ts';

/** One value of the phone's `timezone` setting. */
export interface SnomCode {
  readonly code: string;
  /** The rule of its place when the lists of codes were read: what firmware that knows the code is taken to do. */
  readonly pattern: PosixTz;
  /** IANA zones that take this code before any other of the same rule. */
  readonly zones: readonly string[];
}

/**
 * Code, rule, zones; of codes with one rule the plainest first. Left out are codes whose place has left the rule (Vancouver,
 * Edmonton, Winnipeg, Chisinau, Caracas, Istanbul …: what the phone does depends on its firmware), EGY+2 and IRN+3.5, whose
 * places have rules of 2023 and 2022 that firmware of 2020 cannot know, codes that are ambiguous or whose place changes by decree (Gaza, Havana), and MEX-6 and MEX-7, since CAM-6 and USA2-7 never had summer time.
 * A test holds every line against our time zone data: a code that tzdata no longer agrees with must go.
 */
const TABLE = `
USA-10 HST10 Pacific/Honolulu
USA-9 AKST9AKDT,M3.2.0,M11.1.0 America/Anchorage
USA-8 PST8PDT,M3.2.0,M11.1.0 America/Los_Angeles
MEX-8 PST8PDT,M3.2.0,M11.1.0 America/Tijuana
USA2-7 MST7 America/Phoenix America/Whitehorse America/Vancouver America/Hermosillo America/Mazatlan
USA-7 MST7MDT,M3.2.0,M11.1.0 America/Denver
CAM-6 CST6 America/Guatemala America/Costa_Rica America/El_Salvador America/Belize America/Managua America/Tegucigalpa America/Mexico_City America/Monterrey America/Merida America/Chihuahua America/Bahia_Banderas
CAN2-6 CST6 America/Regina America/Swift_Current America/Edmonton America/Inuvik
CHL-6 <-06>6<-05>,M9.1.6/22,M4.1.6/22 Pacific/Easter
USA-6 CST6CDT,M3.2.0,M11.1.0 America/Chicago
USA-5 EST5EDT,M3.2.0,M11.1.0 America/New_York
BHS-5 EST5EDT,M3.2.0,M11.1.0 America/Nassau
CAN-5 EST5EDT,M3.2.0,M11.1.0 America/Toronto
COL-5 <-05>5 America/Bogota America/Lima America/Panama America/Winnipeg
CAN-4 AST4ADT,M3.2.0,M11.1.0 America/Halifax
BMU-4 AST4ADT,M3.2.0,M11.1.0 Atlantic/Bermuda
CHL-4 <-04>4<-03>,M9.1.6/24,M4.1.6/24 America/Santiago
TTB-4 AST4 America/Port_of_Spain America/Caracas America/Puerto_Rico
CAN-3.5 NST3:30NDT,M3.2.0,M11.1.0 America/St_Johns
ARG-3 <-03>3 America/Argentina/Buenos_Aires
BRA2-3 <-03>3 America/Sao_Paulo America/Fortaleza America/Montevideo
BRA-2 <-02>2 America/Noronha
PRT-1 <-01>1<+00>,M3.5.0/0,M10.5.0/1 Atlantic/Azores
GBR-0 GMT0BST,M3.5.0/1,M10.5.0 Europe/London Europe/Guernsey Europe/Jersey Europe/Isle_of_Man
FRO-0 WET0WEST,M3.5.0/1,M10.5.0 Atlantic/Faroe
PRT-0 WET0WEST,M3.5.0/1,M10.5.0 Europe/Lisbon Atlantic/Madeira
ESP-0 WET0WEST,M3.5.0/1,M10.5.0 Atlantic/Canary
IRL-0 IST-1GMT0,M10.5.0,M3.5.0/1 Europe/Dublin
GER+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Berlin Europe/Busingen Europe/Vaduz Europe/Ljubljana Europe/Sarajevo Europe/Podgorica Europe/Malta Europe/Andorra
ALB+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Tirane
AUT+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Vienna
BEL+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Brussels
HRV+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Zagreb
CZE+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Prague
DNK+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Copenhagen
FRA+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Paris Europe/Monaco
HUN+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Budapest
ITA+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Rome Europe/San_Marino Europe/Vatican
LUX+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Luxembourg
MAK+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Skopje
NLD+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Amsterdam
NOR+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Oslo Arctic/Longyearbyen
POL+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Warsaw
SVK+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Bratislava
ESP+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Madrid Africa/Ceuta
SWE+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Stockholm
CHE+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Zurich
GIB+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Gibraltar
YUG+1 CET-1CEST,M3.5.0,M10.5.0/3 Europe/Belgrade
WAT+1 WAT-1 Africa/Lagos Africa/Algiers Africa/Tunis
FIN+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Europe/Helsinki Europe/Mariehamn
BGR+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Europe/Sofia
CYP+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Asia/Nicosia
EST+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Europe/Tallinn
GRC+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Europe/Athens
LVA+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Europe/Riga
LTU+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Europe/Vilnius
ROU+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Europe/Bucharest Europe/Chisinau
UKR+2 EET-2EEST,M3.5.0/3,M10.5.0/4 Europe/Kyiv
CAT+2 SAST-2 Africa/Johannesburg Africa/Harare Africa/Windhoek Africa/Tripoli
ISR+2 IST-2IDT,M3.4.4/26,M10.5.0 Asia/Jerusalem
LBN+2 EET-2EEST,M3.5.0/0,M10.5.0/0 Asia/Beirut
RUS+2 EET-2 Europe/Kaliningrad
EAT+3 EAT-3 Africa/Nairobi Europe/Istanbul Europe/Minsk
IRQ+3 <+03>-3 Asia/Baghdad Asia/Riyadh Asia/Kuwait Asia/Qatar Asia/Amman Asia/Damascus
RUS+3 MSK-3 Europe/Moscow
UAE+4 <+04>-4 Asia/Dubai Asia/Muscat
ARM+4 <+04>-4 Asia/Yerevan
AZE+4 <+04>-4 Asia/Baku
GEO+4 <+04>-4 Asia/Tbilisi
RUS+4 <+04>-4 Europe/Samara
KAZ+5 <+05>-5 Asia/Aqtobe Asia/Almaty
RUS+5 <+05>-5 Asia/Yekaterinburg
PAK+5 PKT-5 Asia/Karachi
IND+5.5 IST-5:30 Asia/Kolkata Asia/Colombo
RUS+6 <+06>-6 Asia/Omsk
THA+7 <+07>-7 Asia/Bangkok Asia/Ho_Chi_Minh Asia/Jakarta
RUS+7 <+07>-7 Asia/Krasnoyarsk Asia/Novosibirsk
CHN+8 CST-8 Asia/Shanghai Asia/Hong_Kong Asia/Taipei Asia/Macau
SGP+8 <+08>-8 Asia/Singapore Asia/Kuala_Lumpur Asia/Manila
AUS+8 AWST-8 Australia/Perth
KOR+9 KST-9 Asia/Seoul
JPN+9 JST-9 Asia/Tokyo
AUS+9.5 ACST-9:30ACDT,M10.1.0,M4.1.0/3 Australia/Adelaide Australia/Broken_Hill
AUS2+9.5 ACST-9:30 Australia/Darwin
AUS+10 AEST-10AEDT,M10.1.0,M4.1.0/3 Australia/Sydney Australia/Melbourne
AUS3+10 AEST-10AEDT,M10.1.0,M4.1.0/3 Australia/Hobart
AUS2+10 AEST-10 Australia/Brisbane
RUS+10 <+10>-10 Asia/Vladivostok
AUS+10.5 <+1030>-10:30<+11>-11,M10.1.0,M4.1.0 Australia/Lord_Howe
NCL+11 <+11>-11 Pacific/Noumea
NZL+12 NZST-12NZDT,M9.5.0,M4.1.0/3 Pacific/Auckland
RUS+12 <+12>-12 Asia/Kamchatka Asia/Anadyr
NZL+12.75 <+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45 Pacific/Chatham
TON+13 <+13>-13 Pacific/Tongatapu
`;

export const SNOM_CODES: readonly SnomCode[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [code = '', posix = '', ...zones] = line.split(' ');
    const read = parsePosixTz(posix);
    if (!read.ok) throw new Error(`Snom code ${code}: saw ${posix}, wanted ${read.problem.wanted}`);
    return { code, pattern: read.value, zones };
  });
