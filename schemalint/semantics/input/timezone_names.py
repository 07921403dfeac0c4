"""Time zones as servers know them: names of the tz database, and the abbreviations of the Default set.

Taken from pg_timezone_names and pg_timezone_abbrevs of PostgreSQL 18; a name that is not here may still be a newer one.
"""

from typing import Final

# Locations by area, in lower case.
_AREAS: Final = {
    "africa": """
    abidjan accra addis_ababa algiers asmara asmera bamako bangui banjul bissau blantyre brazzaville bujumbura
    cairo casablanca ceuta conakry dakar dar_es_salaam djibouti douala el_aaiun freetown gaborone harare
    johannesburg juba kampala khartoum kigali kinshasa lagos libreville lome luanda lubumbashi lusaka malabo
    maputo maseru mbabane mogadishu monrovia nairobi ndjamena niamey nouakchott ouagadougou porto-novo sao_tome
    timbuktu tripoli tunis windhoek
    """,
    "america": """
    adak anchorage anguilla antigua araguaina aruba asuncion atikokan atka bahia bahia_banderas barbados belem
    belize blanc-sablon boa_vista bogota boise buenos_aires cambridge_bay campo_grande cancun caracas catamarca
    cayenne cayman chicago chihuahua ciudad_juarez coral_harbour cordoba costa_rica coyhaique creston cuiaba
    curacao danmarkshavn dawson dawson_creek denver detroit dominica edmonton eirunepe el_salvador ensenada
    fort_nelson fort_wayne fortaleza glace_bay godthab goose_bay grand_turk grenada guadeloupe guatemala
    guayaquil guyana halifax havana hermosillo indianapolis inuvik iqaluit jamaica jujuy juneau knox_in
    kralendijk la_paz lima los_angeles louisville lower_princes maceio managua manaus marigot martinique
    matamoros mazatlan mendoza menominee merida metlakatla mexico_city miquelon moncton monterrey montevideo
    montreal montserrat nassau new_york nipigon nome noronha nuuk ojinaga panama pangnirtung paramaribo phoenix
    port-au-prince port_of_spain porto_acre porto_velho puerto_rico punta_arenas rainy_river rankin_inlet recife
    regina resolute rio_branco rosario santa_isabel santarem santiago santo_domingo sao_paulo scoresbysund
    shiprock sitka st_barthelemy st_johns st_kitts st_lucia st_thomas st_vincent swift_current tegucigalpa thule
    thunder_bay tijuana toronto tortola vancouver virgin whitehorse winnipeg yakutat yellowknife
    """,
    "america/argentina": """
    buenos_aires catamarca comodrivadavia cordoba jujuy la_rioja mendoza rio_gallegos salta san_juan san_luis
    tucuman ushuaia
    """,
    "america/indiana": """
    indianapolis knox marengo petersburg tell_city vevay vincennes winamac
    """,
    "america/kentucky": """
    louisville monticello
    """,
    "america/north_dakota": """
    beulah center new_salem
    """,
    "antarctica": """
    casey davis dumontdurville macquarie mawson mcmurdo palmer rothera south_pole syowa troll vostok
    """,
    "arctic": """
    longyearbyen
    """,
    "asia": """
    aden almaty amman anadyr aqtau aqtobe ashgabat ashkhabad atyrau baghdad bahrain baku bangkok barnaul beirut
    bishkek brunei calcutta chita choibalsan chongqing chungking colombo dacca damascus dhaka dili dubai
    dushanbe famagusta gaza harbin hebron ho_chi_minh hong_kong hovd irkutsk istanbul jakarta jayapura jerusalem
    kabul kamchatka karachi kashgar kathmandu katmandu khandyga kolkata krasnoyarsk kuala_lumpur kuching kuwait
    macao macau magadan makassar manila muscat nicosia novokuznetsk novosibirsk omsk oral phnom_penh pontianak
    pyongyang qatar qostanay qyzylorda rangoon riyadh saigon sakhalin samarkand seoul shanghai singapore
    srednekolymsk taipei tashkent tbilisi tehran tel_aviv thimbu thimphu tokyo tomsk ujung_pandang ulaanbaatar
    ulan_bator urumqi ust-nera vientiane vladivostok yakutsk yangon yekaterinburg yerevan
    """,
    "atlantic": """
    azores bermuda canary cape_verde faeroe faroe jan_mayen madeira reykjavik south_georgia st_helena stanley
    """,
    "australia": """
    act adelaide brisbane broken_hill canberra currie darwin eucla hobart lhi lindeman lord_howe melbourne north
    nsw perth queensland south sydney tasmania victoria west yancowinna
    """,
    "brazil": """
    acre denoronha east west
    """,
    "canada": """
    atlantic central eastern mountain newfoundland pacific saskatchewan yukon
    """,
    "": """
    cet cst6cdt cuba eet egypt eire est est5edt factory gb gb-eire gmt gmt+0 gmt-0 gmt0 greenwich hongkong hst
    iceland iran israel jamaica japan kwajalein libya met mst mst7mdt navajo nz nz-chat poland portugal prc
    pst8pdt roc rok singapore turkey uct universal utc w-su wet zulu
    """,
    "chile": """
    continental easterisland
    """,
    "etc": """
    gmt gmt+0 gmt+1 gmt+10 gmt+11 gmt+12 gmt+2 gmt+3 gmt+4 gmt+5 gmt+6 gmt+7 gmt+8 gmt+9 gmt-0 gmt-1 gmt-10
    gmt-11 gmt-12 gmt-13 gmt-14 gmt-2 gmt-3 gmt-4 gmt-5 gmt-6 gmt-7 gmt-8 gmt-9 gmt0 greenwich uct universal utc
    zulu
    """,
    "europe": """
    amsterdam andorra astrakhan athens belfast belgrade berlin bratislava brussels bucharest budapest busingen
    chisinau copenhagen dublin gibraltar guernsey helsinki isle_of_man istanbul jersey kaliningrad kiev kirov
    kyiv lisbon ljubljana london luxembourg madrid malta mariehamn minsk monaco moscow nicosia oslo paris
    podgorica prague riga rome samara san_marino sarajevo saratov simferopol skopje sofia stockholm tallinn
    tirane tiraspol ulyanovsk uzhgorod vaduz vatican vienna vilnius volgograd warsaw zagreb zaporozhye zurich
    """,
    "indian": """
    antananarivo chagos christmas cocos comoro kerguelen mahe maldives mauritius mayotte reunion
    """,
    "mexico": """
    bajanorte bajasur general
    """,
    "pacific": """
    apia auckland bougainville chatham chuuk easter efate enderbury fakaofo fiji funafuti galapagos gambier
    guadalcanal guam honolulu johnston kanton kiritimati kosrae kwajalein majuro marquesas midway nauru niue
    norfolk noumea pago_pago palau pitcairn pohnpei ponape port_moresby rarotonga saipan samoa tahiti tarawa
    tongatapu truk wake wallis yap
    """,
    "us": """
    alaska aleutian arizona central east-indiana eastern hawaii indiana-starke michigan mountain pacific samoa
    """,
}

ZONES: Final = frozenset(
    f"{area}/{location}" if area else location for area, locations in _AREAS.items() for location in locations.split()
)

# Zones that never changed their offset, so that a time of day without a date may name them.
FIXED_ZONES: Final = frozenset(
    """
    cet eet est etc/gmt etc/gmt+0 etc/gmt+1 etc/gmt+10 etc/gmt+11 etc/gmt+12 etc/gmt+2 etc/gmt+3 etc/gmt+4
    etc/gmt+5 etc/gmt+6 etc/gmt+7 etc/gmt+8 etc/gmt+9 etc/gmt-0 etc/gmt-1 etc/gmt-10 etc/gmt-11 etc/gmt-12
    etc/gmt-13 etc/gmt-14 etc/gmt-2 etc/gmt-3 etc/gmt-4 etc/gmt-5 etc/gmt-6 etc/gmt-7 etc/gmt-8 etc/gmt-9
    etc/gmt0 etc/greenwich etc/uct etc/universal etc/utc etc/zulu factory gmt gmt+0 gmt-0 gmt0 greenwich hst met
    mst uct universal utc wet zulu
    """.split()
)

# Abbreviations with one standard offset: these alone may be followed by "DST".
STANDARD_ABBREVIATIONS: Final = frozenset(
    """
    acst act acwst aest aft akst almt amt ast awst azot bdt bnt bort bot bra brt btt cast cct cet chast chut cot
    cst cxt ddut eat eet egt est fet fjt fnt galt gamt gft gilt gmt hkt hst ict irt ist jayt jst kst lhst ligt
    mart met mez mht mmt mpt mst mut mvt myt nft npt nst nzst nzt pet pgt pht pkt pmst pont pst pwt ret sast sct
    taht tft tjt tot trut tvt uct ut utc uyt uzt vut wakt wast wat wet wft wgt xjt yapt z zulu
    """.split()
)

# Abbreviations of summer times, and those whose meaning changed over time.
OTHER_ABBREVIATIONS: Final = frozenset(
    """
    acdt acsst adt aedt aesst akdt almst amst anast anat arst art awsst azost azst azt bdst brst bst cadt cdt
    cest cetdst chadt ckt clst clt davt easst east edt eest eetdst egst fjst fkst fkt fnst gest get gyt idt iot
    irkst irkt kdt kgst kgt kost krast krat lhdt lint lkt magst magt mawt mdt mest mesz metdst msd msk must ndt
    novst novt nut nzdt omsst omst pdt petst pett pkst pmdt pyst pyt sadt sgt tkt tmt ulast ulat uyst uzst vet
    vlast vlat volt wadt wdt wetdst wgst yakst yakt yekst yekt
    """.split()
)

# Abbreviations that only some zones use: since PostgreSQL 18 known when the session is in such a zone.
LOCAL_ABBREVIATIONS: Final = frozenset(
    """
    addt admt ahdt ahst apt awdt awt bmt cat cemt chst cmt cpt cwt dmt emt ept ewt ffmt fmt gdt gst hdt hkst
    hkwt hmt hpt hwt iddt imt jdt jmt kmt lmt lst mdst mwt nddt nwt nzmt plmt pmmt pmt ppmt ppt qmt rmt sdmt set
    sjmt smt sst tbmt wemt west wib wit wita wmt yddt ydt ypt yst ywt zmt
    """.split()
)
