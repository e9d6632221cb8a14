"""What makes a sentence dangerous as a rule, as tables: acts on things, and tell-tale pieces of text.

A seat belt, not a wall: words can always be found that no table holds. A person's review is the wall.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Danger(StrEnum):
    """The kinds of danger; the value is the code of a finding."""

    INJECTION = "injection"
    HIDING = "hiding"
    FETCH = "fetch"
    SECRETS = "secrets"
    SENDING = "sending"
    CHECKS = "checks"
    SILENCING = "silencing"
    PERMISSIONS = "permissions"
    DESTROYING = "destroying"
    ELSEWHERE = "elsewhere"
    SELF = "self"
    URGENCY = "urgency"


MEANING = {
    Danger.INJECTION: "It speaks to the agent as if it were its master",
    Danger.HIDING: "It hides something from the person",
    Danger.FETCH: "It runs or obeys something fetched from elsewhere",
    Danger.SECRETS: "It reads out or spreads secrets",
    Danger.SENDING: "It sends data out",
    Danger.CHECKS: "It switches off or loosens a check",
    Danger.SILENCING: "It silences a check in one place",
    Danger.PERMISSIONS: "It widens permissions or changes an agent's configuration",
    Danger.DESTROYING: "It destroys work, data or history",
    Danger.ELSEWHERE: "It acts outside this project",
    Danger.SELF: "It speaks for itself or steers this program",
    Danger.URGENCY: "It presses for haste",
}
NEVER = frozenset({Danger.INJECTION, Danger.HIDING})
"""What is refused outright; the rest a person may still approve."""
WORTH_FORBIDDING = frozenset(Danger) - {Danger.SILENCING, Danger.SELF, Danger.URGENCY, Danger.INJECTION}
"""Whose prohibition is a safety rule."""


def _any(stems: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(stem).replace(r"\*", r"\w{0,9}") for stem in stems.split()))


@dataclass(frozen=True, slots=True)
class Pair:
    """An act on a thing within a few words of one clause."""

    danger: Danger
    acts: re.Pattern[str]
    things: re.Pattern[str]
    reach: int = 5
    across: bool = False
    """May prepositions stand between? Otherwise `remove prints from tests` is about prints."""
    by: re.Pattern[str] | None = None
    """A word that must stand between, or within two words after the thing."""
    omitted: bool = False
    """Dangerous when it is *not* done: `do not run tests`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A tell-tale piece of text."""

    danger: Danger
    pattern: re.Pattern[str]
    always: bool = False
    """Even where it is forbidden: no rule has a use for it."""
    omitted: bool = False


OFF = _any(
    "disabl* skip* bypass* delet* remov* suppress* ignor* silenc* mute* muting weaken* loosen* relax* lower* reduc* drop* "
    "deactivat* circumvent* omit* sidestep* turn_off* comment_out leave_out get_around work_around swallow* cheat* "
    "neuter* uninstall* exclud* fake* faking unset* dodg* evad* defeat* "
    "deaktivier* uberspring* losch* umgeh* abschalt* ausschalt* entfern* ignorier* "
    "desactiv* saut* supprim* contourn* omet* salt* elimin* borr* apag* evit*"
)
CHECKS = _any(
    "test tests testing unittest* test-suite* suite suites spec specs testcase* lint linter* linting lints ci check checks "
    "checker* pipeline* typecheck* type-check* mypy pyright eslint ruff flake8 clippy git_hook* hooks pre-commit review "
    "reviews assertion* assert asserts coverage validation* verification* tls ssl certificate* cert certs signature* "
    "signing protection* sandbox* security scanner* audit* guard guards guardrail* safeguard* warnings gate gates "
    "firewall* approval* confirmation* authentication authorization authorisation encryption safety "
    "prufung* uberprufung* verifications controle* prueba* revision* revue* teste testes comprobacion*"
)
MODIFIERS = frozenset(
    "test lint check review ci coverage security sandbox signature hook audit spec suite type tls ssl".split()
)
"""Things that may only describe the next word: `remove test data` is about data."""
HEADS = _any(
    "suite* case* run runs step* job* stage* phase* rule* error* failure* warning* process* requirement* gate* threshold* "
    "verification validation check* file files function* method* scan* policy protection* tests"
)
FUNCTION_WORDS = frozenset(
    """
    a an the and or nor but if when whenever while before after until unless because since so that which who as in on at
    to for from with without of by into onto over under is are was were be been being do does did can could may might
    must shall should will would has have had it its they them their we you your i not no never ever only also too
    again now first instead_of rather_than entirely completely altogether always locally here there this these those
    whatever however either both then just ne pas und oder wenn bei vor nach et ou si qui que avant en los las el la y o
    que cuando antes fail fails failing failed pass passes break breaks block blocks
    """.split()
)
PREPOSITIONS = frozenset(
    """
    from in into to for with after before when whenever if by via using at between until over through which that who where
    because than against on onto about during while as without instead_of rather_than pour dans avec fur mit vor nach
    """.split()
)
PLAIN_BETWEEN = frozenset(
    """
    a an the any your our my its their these this those for on of to and or unit integration e2e end-to-end regression
    static type smoke automated existing failing code human local project user me the ci linter lint tests test server
    client bother with running waiting die den das les des le la las los el de du l all pas nicht nie niemals jamais nunca
    """.split()
)
"""Words that leave the thing whole: `do not run the unit tests`, but not `do not run slow tests`."""
TAILS = frozenset(
    """
    when if because since anymore again and or as while for.now for.speed for.this for.small at.all in.this in.ci on.ci
    in.the.pipeline to.save before.committing before.commit before.a before.pushing before.merging before.finishing
    before.opening before.you before.submitting before.the before.running before.running after.refactoring after.the
    after.small after.each after.every first during avant.de vor.dem antes.de on.pull on.this before.each before.every
    """.split()
)

EDIT = _any(
    "add adding edit* append* writ* chang* modif* updat* set put creat* delet* remov* install* register* enabl* insert* "
    "rewrit* replac* extend* amend* overwrit* disabl* andere* andern ajoute* anad* cambi*"
)
CONFIG = re.compile(
    r"\S{0,80}\.claude(?:/\S{0,80})?|\S{0,80}settings(?:\.local)?\.json|\S{0,80}mcp\.json|\S{0,80}\.(?:cursor|codex|gemini)/\S{0,80}"
    r"|\S{0,80}(?:agents|claude|gemini|copilot-instructions)\.md|\.(?:cursor|windsurf|cline)rules|\S{0,80}\.git/hooks\S{0,80}"
    r"|\.husky\S{0,80}|allow_list\w?|deny_list\w?|own_config\w*|agent_config\w*|permissions_file\w?"
)
SECRET = _any(
    "secret secrets credential credentials password passwords passwort* passphrase* api_key* private_key* ssh_key* "
    "access_token* session_cookies service_key* contrasena* credencial* clave claves mot_de_passe"
)
DOTENV = re.compile(r"\S{0,80}\.env(?:\.(?!example|sample|template|dist|defaults|test)\w{1,20})?")
SECRET_FILE = _any(
    "secret_file* keychain* keyring* wallet* .netrc .npmrc .pypirc .git-credentials browser_profile*"
)
SPILL = _any(
    "print* echo* dump* log logs logging show* includ* past* attach* send* upload* shar* reveal* commit commits committing "
    "collect* copy copies copying hardcod* output* append* publish* display* list listing expos* leak* encod* email* "
    "forward* transmit* report* post posting cat gib ausgeb* affich* muestr* mostr* imprim* copi* sende schick* envoi* envi*"
)
PUT_OUT = _any(
    "upload* send* post posts posting transmit* forward* email* e-mail* exfiltrat* leak* publish* share* sharing push "
    "pushes pushing sync* copy copies mirror* report* beacon* stream* curl nc ship* deliver* lade schick* sende "
    "envoi* envi* sub* televers*"
)
OUTSIDE = re.compile(
    r"https?://(?!localhost|127\.|0\.0\.0\.0|\[::1)\S{1,300}|webhooks?|hooks\.\S{1,80}|pastebin\S{0,20}|gists?|external|externen?"
    r"|externo|externe|third-party|outside|remote_server|collector|telegram|discord|attacker\S{0,20}"
    r"|(?!127\.|0\.0)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d+)?(?:/\S{0,80})?|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}"
    r"|backup_remote|remote_bucket|analytics_endpoint"
)
DATA = _any(
    "repository repo source source_code codebase code file files content contents transcript* conversation* prompt "
    "prompts diff diffs dump dumps directory folder workspace database quellcode dateien fichier* archivos codigo"
)
RECEIVER = re.compile(
    r"server\w?|address\w*|domain\w?|vendor\w?|endpoint\w?|bot\w?|host\w?|bucket\w?|somewhere|servidor\w*|serveur\w*"
)
PERSON = _any(
    "user human developer person reviewer reviewers owner anyone anybody maintainer people operator nobody author whoever benutzer nutzer utilisateur usuario nadie"
)
WORK = _any(
    "output outputs change changes diff command commands failure failures edit edits this it rule rules test tests fact what deletion deletions deleted removed files"
)
REPOSITORIES = _any("repository repositories repo repos project projects")
OTHERS = _any(
    "other others another sibling siblings neighbouring neighboring every each all upstream foreign unrelated external"
)
ORDERS = _any(
    "instruction* prompt prompts direction directions guideline* guidance orders directives rules message messages context "
    "restriction* told everything anweisung* regeln instrucciones consignes"
)
EARLIER = _any(
    "previous prior above earlier preceding former initial original system developer user safety before vorherige* "
    "vorigen fruheren precedente* anteriores previas"
)

PAIRS = (
    Pair(Danger.CHECKS, OFF, CHECKS),
    Pair(
        Danger.CHECKS,
        _any("without"),
        _any("review reviews approval tests testing checks ci verification validation confirmation"),
        reach=4,
    ),
    Pair(
        Danger.CHECKS,
        _any(
            "run* execut* wait* verify* check* validat* review* request* requir* enforc* perform* invok* read reading inspect* fuhre fuhr* warte* lance* ejecut* corr* pass* examin*"
        ),
        _any(
            "test tests testing test-suite suite lint linter linters linting ci check checks checker* pipeline typecheck* type-check* mypy pyright eslint ruff git_hook* hooks pre-commit review reviews assertion* coverage validation verification certificate* signature* approval* approvals diff diffs pruebas prueba prufung* tls ssl"
        ),
        across=True,
        omitted=True,
    ),
    Pair(
        Danger.CHECKS,
        _any("chang* edit* adjust* modif* rewrit* alter* updat* tweak*"),
        _any("test tests assertion* expected expectation* snapshots"),
        by=_any("pass passes passing green agree* succeed*"),
    ),
    Pair(
        Danger.CHECKS,
        _any("chang* edit* adjust* modif* rewrit* alter* updat* tweak* mak*"),
        _any("weaker looser laxer lenient"),
        across=True,
    ),
    Pair(Danger.CHECKS, _any("lower* reduc* drop* decreas*"), _any("threshold* bar coverage"), across=True),
    Pair(
        Danger.CHECKS,
        _any("hardcod* return* special-cas* detect*"),
        _any("test tests checks"),
        reach=9,
        across=True,
        by=_any("look* expect* runs under"),
    ),
    Pair(
        Danger.CHECKS,
        _any("treat* mark* count* consider* replac* stub*"),
        _any("red failing failed failure failures flaky signature check checks"),
        reach=5,
        by=_any("green passed passing success successful xfail stub fine true"),
    ),
    Pair(Danger.PERMISSIONS, EDIT, CONFIG, reach=9, across=True),
    Pair(
        Danger.PERMISSIONS,
        _any("grant* giv* allow* elevat* escalat*"),
        _any("access rights permission* privileges"),
        across=True,
        by=_any("yourself itself admin root full all write any every"),
    ),
    Pair(
        Danger.PERMISSIONS,
        _any("ask asking request* seek* wait* obtain* get need require* ask_for"),
        _any("permission permissions approval approvals confirmation consent"),
        reach=6,
        across=True,
        omitted=True,
    ),
    Pair(Danger.SECRETS, SPILL, SECRET, reach=7),
    Pair(
        Danger.SECRETS,
        _any("search* scan* look* grep* find* crawl* read* open* take*"),
        _any("private_key* ssh_key* secret_file* credential credentials"),
        reach=8,
        across=True,
    ),
    Pair(
        Danger.SECRETS,
        _any("print* echo* dump* log logging send* upload* past* collect* post* shar* affich* gib muestr*"),
        _any("env_vars environment"),
        reach=5,
    ),
    Pair(
        Danger.SECRETS,
        _any("print* echo* log logging dump* commit reveal* shar* leak* expos* hardcod* past* post*"),
        _any("token tokens cookie cookies"),
        reach=5,
    ),
    Pair(
        Danger.SECRETS,
        _any(
            "read reading open opens cat print* includ* commit copy upload* send* show* past* parse dump* attach* gib zeig*"
        ),
        DOTENV,
        reach=7,
    ),
    Pair(
        Danger.SECRETS,
        _any("read* open* cat copy dump* search* access* take steal* upload* send* print*"),
        SECRET_FILE,
        reach=5,
    ),
    Pair(
        Danger.SECRETS,
        _any("gib affich* muestr* zeig* imprim*"),
        _any("passworter passwort api_key .env mot_de_passe credenciales"),
        reach=8,
        across=True,
    ),
    Pair(Danger.SECRETS, _any("redact* mask* encrypt* obscur* protect*"), SECRET, omitted=True),
    Pair(Danger.SENDING, PUT_OUT, OUTSIDE, reach=14, across=True),
    Pair(
        Danger.SENDING,
        _any(
            "upload* send* transmit* forward* email* exfiltrat* share* sharing post posts posting mirror* sync* copy lade envoi* envi* schick* sende"
        ),
        RECEIVER,
        reach=10,
        across=True,
        by=DATA,
    ),
    Pair(
        Danger.SENDING,
        _any("upload* send* transmit* email* exfiltrat* lade envoi* envi*"),
        _any("source_code quellcode codebase source"),
        reach=5,
    ),
    Pair(Danger.SENDING, _any("encod* hid* smuggl*"), _any("dns lookups lookup"), reach=8, across=True),
    Pair(
        Danger.SENDING, _any("make create open publish"), _any("gist gists paste"), reach=4, by=_any("public")
    ),
    Pair(
        Danger.FETCH,
        _any(
            "run* execut* install* sourc* import eval follow* obey* open* visit* load* bootstrap* fetch* download* fuhr* ejecut*"
        ),
        re.compile(r"(?:git\+)?https?://(?!localhost|127\.|0\.0\.0\.0)\S{1,300}"),
        reach=7,
        across=True,
    ),
    Pair(Danger.FETCH, _any("eval evaluat*"), _any("output result response remote script scripts"), reach=4),
    Pair(
        Danger.DESTROYING,
        _any(
            "delet* drop drops dropping wip* truncat* destroy* eras* purg* overwrit* remov* losch* supprim* borr* elimin* vid*"
        ),
        _any("production prod database databases backups backup produktionsdatenbank disk volumes user_data"),
        reach=5,
    ),
    Pair(
        Danger.DESTROYING,
        _any("drop drops dropping truncat* wip* destroy* delet*"),
        _any("table tables home home_directory"),
        reach=5,
    ),
    Pair(Danger.DESTROYING, _any("reset* restore*"), _any("production prod"), reach=4),
    Pair(
        Danger.DESTROYING,
        _any("push pushes pushing commit commits committing pushe pousse* haz empuj*"),
        _any("main master trunk production hauptzweig default_branch release_branch principal"),
        reach=6,
        across=True,
        by=_any("to into straight directly onto auf sur en a al origin direct head:main head:master direkt"),
    ),
    Pair(Danger.DESTROYING, _any("rewrit* eras* delet* alter*"), _any("history"), reach=4),
    Pair(
        Danger.DESTROYING,
        _any("merg*"),
        _any("pull_request pull_requests pr prs branch"),
        reach=5,
        by=_any("own"),
    ),
    Pair(
        Danger.ELSEWHERE,
        _any(
            "edit* chang* push* commit* open* creat* appl* clon* writ* copy copies add modif* updat* work works working fix* fork* delet*"
        ),
        REPOSITORIES,
        reach=9,
        across=True,
        by=OTHERS,
    ),
    Pair(Danger.ELSEWHERE, _any("star follow fork"), _any("repository repo author account"), reach=4),
    Pair(
        Danger.INJECTION,
        _any(
            "ignor* disregard* forget* overrid* overrul* bypass* neglect* drop violat* olvid* oubli* vergiss*"
        ),
        ORDERS,
        reach=6,
        across=True,
        by=EARLIER,
    ),
    Pair(
        Danger.INJECTION,
        _any("follow* obey* heed* respect* trust*"),
        _any("instruction* guideline* wishes orders"),
        reach=4,
        omitted=True,
        by=_any("user developer system maintainer owner operator human person"),
    ),
    Pair(
        Danger.HIDING,
        _any(
            "tell tells telling inform* notify* notifying notif* alert* warn* sage sagen dis dit digas decir dice"
        ),
        PERSON,
        reach=4,
        across=True,
        omitted=True,
    ),
    Pair(Danger.HIDING, _any("let letting"), _any("know see notice"), reach=5, omitted=True, by=PERSON),
    Pair(
        Danger.HIDING,
        _any("mention* disclos* acknowledg* admit*"),
        _any("rule rules this it change changes command commands edit edits deletion file files"),
        reach=4,
        omitted=True,
    ),
    Pair(
        Danger.HIDING,
        _any("show* reveal* display* report*"),
        _any("diff diffs change changes command commands rule rules edits"),
        reach=4,
        omitted=True,
    ),
    Pair(Danger.HIDING, _any("hid* hidden withhold* mask"), PERSON, reach=9, across=True, by=WORK),
    Pair(
        Danger.HIDING,
        _any("conceal* obscur*"),
        _any("command commands change changes failure failures output outputs edit edits fact diff"),
        reach=5,
    ),
    Pair(Danger.HIDING, _any("keep* hold"), PERSON, reach=8, across=True, by=_any("secret hidden quiet")),
    Pair(
        Danger.HIDING,
        _any("leave leaving omit* drop"),
        _any("summary summaries report reports"),
        reach=10,
        across=True,
        by=_any("out omit* files file changes commands"),
    ),
)


def _piece(danger: Danger, pattern: str, *, always: bool = False, omitted: bool = False) -> Piece:
    return Piece(danger, re.compile(pattern), always, omitted)


_SHELL = r"(?:ba|z|da|k|fi)?sh|powershell|pwsh|python3?|node|perl|ruby|iex"
_ACT = (
    "run|install|send|upload|add|commit|push|delete|remov|disabl|execut|chang|modif|approv|fetch|download|updat|post|copy|skip"
    "|edit|rais|lower|merg|accept|overwrit|revert|bump|set"
)
PIECES = (
    _piece(
        Danger.INJECTION, r"\bsystem prompts?\b|\bjailbreak\w*|\b(?:developer|god|dan) mode\b", always=True
    ),
    _piece(
        Danger.INJECTION,
        r"</?(?:system|assistant|user|human|instructions?|tool)\b[^>]{0,40}>|<\|[^|>]{1,40}\|>|\[/?inst\]|<</?sys>>",
        always=True,
    ),
    _piece(
        Danger.INJECTION,
        r"(?:^|[.;!?\n] )\W{0,8}(?:assistant|system|human|developer)\s?:\s|^(?:user|ai)\s?:\s",
        always=True,
    ),
    _piece(
        Danger.INJECTION,
        r"\byou are now\b|\bnew instructions?\s?:|\bpay no attention\b|\bpretend (?:to be|you are)\b",
        always=True,
    ),
    _piece(
        Danger.INJECTION,
        r"\blift (?:your|all|any) restrictions\b|\bwithout (?:any )?(?:limits|restrictions)\b",
    ),
    _piece(Danger.INJECTION, r"(?:忽略|无视|忘记|忘掉).{0,8}(?:指令|指示|提示词|规则)"),
    _piece(Danger.HIDING, r"\bsecretly\b|\bbehind (?:\w+ ){0,3}backs?\b|\bcovertly\b|\bstealthily\b"),
    _piece(Danger.HIDING, rf"\b(?:silently|quietly) (?:{_ACT})\w*"),
    _piece(Danger.HIDING, rf"\b(?:{_ACT})\w{{0,5}} (?:\S{{1,40}} ){{0,6}}(?:silently|quietly)\b"),
    _piece(
        Danger.HIDING,
        r"\b(?:so that|that|without) (?:nobody|no one|no-one|anyone|anybody) (?:notic|see|know|find)\w*",
    ),
    _piece(Danger.HIDING, r"\bwithout (?:mentioning|disclosing|reporting) (?:it|this|that|them)\b"),
    _piece(Danger.HIDING, r"\bkeep (?:this|these|it) (?:\w+ ){0,2}(?:secret|quiet|hidden|to yourself)\b"),
    _piece(
        Danger.HIDING,
        r"\bsans (?:\w+ ){0,2}(?:dire|prevenir|informer)\b|\bsin (?:avisar|decir|informar)\w*|\bohne (?:\w+ ){1,4}zu (?:informieren|sagen)\b",
        always=True,
    ),
    _piece(
        Danger.HIDING, r"(?:告诉|告知|通知|提及|透露|让).{0,6}(?:用户|开发者|任何人|审查者)", omitted=True
    ),
    _piece(Danger.HIDING, r"(?:隐瞒|瞒着)"),
    _piece(
        Danger.FETCH,
        rf"\b(?:curl|wget|iwr|irm|invoke-webrequest|fetch)\b[^;]{{0,200}}?\|\s?(?:sudo )?(?:-\S{{1,20}} )?(?:{_SHELL})\b",
    ),
    _piece(
        Danger.FETCH,
        rf"\bpip(?:e|es|ed|ing)\b.{{0,80}}?\b(?:to|into|through)\b.{{0,24}}?\b(?:{_SHELL}|shell|interpreter|terminal)\b",
    ),
    _piece(Danger.FETCH, r"\b(?:sh|bash|zsh|source|python3?|node|eval)\b.{0,24}?[<$]\(\s?(?:curl|wget)\b"),
    _piece(Danger.FETCH, r"\biex\b|\binvoke-expression\b|\bcurl\b.{0,120}\b(?:bash|zsh)\b"),
    _piece(
        Danger.FETCH,
        r"\b(?:download|fetch|pull|get|retriev|decod|telecharg|descarg|lade|wget|curl)\w*\b.{0,160}?\b(?:run|execut\w{0,3}|eval|exec|fuhre|ejecut\w{1,5}|follow|obey|invok\w{1,3})[- ](?:(?:the|its|their|that) )?(?:it|them|result|output|binary|installer|es|le|la|lo)\b",
    ),
    _piece(
        Danger.FETCH,
        r"\b(?:download|fetch)\w* (?:and|or|then) (?:run|execut)\w*|\bejecutalos?\b|\bexecute-l[ea]s?\b",
    ),
    _piece(
        Danger.FETCH,
        r"\bbase64\b.{0,80}?\b(?:run|exec\w*|eval|(?:ba)?sh)\b|(?:下载|获取|拉取).{0,16}(?:执行|运行)",
    ),
    _piece(
        Danger.SECRETS,
        r"~/\.ssh\b|\bid_(?:rsa|ed25519|ecdsa)\b|\.aws/credentials|\.kube/config|/etc/(?:shadow|passwd)\b|\b169\.254\.169\.254\b|\bprintenv\b|\benv \|",
    ),
    _piece(
        Danger.SECRETS,
        r"\b(?:echo|print|printf|cat|curl|log|send)\b.{0,60}?\$\{?\w{0,30}(?:token|secret|password|passwd|key|credential)",
    ),
    _piece(
        Danger.SECRETS,
        r"(?:打印|输出|显示|读取|上传|发送|提交|泄露|记录).{0,12}(?:密钥|密码|凭证|凭据|令牌|私钥|环境变量)|(?:密钥|密码|凭证|凭据|令牌|私钥|\.env).{0,12}(?:打印|输出|上传|发送|日志|提交)",
    ),
    _piece(
        Danger.SENDING,
        r"\bcurl\b.{0,60}?(?: -d\b| -t\b| --data| --upload-file| --form| -f \S{0,40}@)|[?&]\w{1,20}=[<{$]",
    ),
    _piece(
        Danger.SENDING,
        r"(?:上传|发送|传输).{0,14}(?:外部|第三方|服务器|远程)|(?:源代码|源码|代码|文件).{0,10}(?:上传|发送)",
    ),
    _piece(
        Danger.CHECKS,
        r"--no-?verify\b|\bverify\s?=\s?false|\bcommit -n\b|--skip-(?:tests?|checks?|verify|verification|hooks|lint|validation)\b|-dskiptests|\bskip_tests?\b",
    ),
    _piece(
        Danger.CHECKS,
        r"--no-(?:check\S{0,30}|lint|tests?|gpg-sign|audit)\b|--exit-zero\b|\|\| ?true\b|\bcontinue-on-error: ?true|\[(?:skip ci|ci skip)\]|\bhusky=0",
    ),
    _piece(
        Danger.CHECKS,
        r"node_tls_reject_unauthorized\s?=\s?[\"']?0|rejectunauthorized\s?[:=]\s?false|insecureskipverify|stricthostkeychecking[= ]no|ssl_?verify[= ](?:false|0)|git_ssl_no_verify|--insecure\b|\bcurl -k\b|-k to curl",
    ),
    _piece(
        Danger.CHECKS, r"\bassert true\b|\breturn(?:ing)? (?:exit )?code 0\b|\balways exit 0\b|\bexit 0\b"
    ),
    _piece(Danger.CHECKS, r"\b(?:do|does) not (?:check|verify|ask|test|question|validate)\b(?=\W*$|,)"),
    _piece(
        Danger.CHECKS,
        r"\b(?:claim|say|report|state|pretend)\w*\b.{0,30}\btests? (?:\w+ )?pass\w*.{0,20}\b(?:even if|regardless|whatever|without)\b",
    ),
    _piece(
        Danger.CHECKS,
        r"(?:跳过|禁用|关闭|删除|绕过|忽略|注释掉|屏蔽|停用).{0,10}(?:测试|检查|审查|校验|验证|钩子|评审|lint)",
    ),
    _piece(Danger.CHECKS, r"(?:运行|执行|等待|进行|跑).{0,6}(?:测试|检查|审查|校验)(?=\W*$)", omitted=True),
    _piece(
        Danger.SILENCING,
        r"# ?type: ?ignore|\beslint-disable\b(?!-next-line)|@ts-(?:ignore|nocheck)|# ?noqa\b|# ?nosec\b|pylint: ?disable|\bxfail\b|mark\.skip\b|\b(?:it|test|describe)\.skip\b|#\[ignore\]",
    ),
    _piece(
        Danger.PERMISSIONS,
        r"\bauto-?approv\w*|--dangerously\S{0,40}|\byolo\b|bypasspermissions|\bchmod (?:-r )?(?:0?777|a\+rwx)|--no-sandbox\b|--privileged\b|\bsudo\b|core\.hookspath",
    ),
    _piece(
        Danger.PERMISSIONS,
        r"\bas root\b(?! (?:of|dir|folder|path))|\badmin(?:istrator)? (?:rights|account|privileges|access)\b|\bfull access\b|\balle befehle ohne\b|\ballow\w* all (?:commands|tools)\b",
    ),
    _piece(
        Danger.PERMISSIONS,
        r"自动(?:批准|同意|确认)|(?:修改|更改|编辑|添加).{0,10}(?:权限|settings\.json|agents\.md|claude\.md)",
    ),
    _piece(Danger.PERMISSIONS, r"(?:询问|征求|请示)", omitted=True),
    _piece(
        Danger.DESTROYING,
        r"\brm -(?:rf|fr|r -f|f -r)\b|--force(?![-\w])|\bforce[- ]?push\w*|\bpush\b.{0,40}? -f\b|\bpush --mirror\b|\breset --hard\b|\bclean -\w{0,3}f\w{0,3}\b",
    ),
    _piece(
        Danger.DESTROYING,
        r"\bterraform destroy\b|\bdrop (?:table|database|schema)\b|\bkubectl delete\b|\bmkfs\b|\bdd if=|\bpush forzado\b|\bpush origin (?:head:)?(?:main|master)\b",
    ),
    _piece(
        Danger.DESTROYING,
        r"(?:删除|清空|销毁).{0,8}(?:生产|数据库|备份)|(?:推送|提交) ?(?:到|至) ?(?:main|master|主分支)|强制推送",
    ),
    _piece(Danger.SELF, r"\b(?:mcp-?)?promptlearn\b|\bsuggest_rule\b|\breport_outcome\b|\bget_rules\b"),
    _piece(
        Danger.SELF,
        r"\b(?:this|these) rules?\b.{0,40}\b(?:priority|overrides?|override|important|above|every summary|all others?|into each|in each|in every)\b|\bpin this rule\b",
    ),
    _piece(
        Danger.SELF,
        r"\bretire all\b|\boutcomes? as success|\bpriority over (?:all )?(?:other|the)? ?(?:rules|instructions|user)",
    ),
    _piece(
        Danger.URGENCY,
        r"\burgent(?:ly)?\b|\bemergency\b|\basap\b|\bright now\b|\bbefore anything else\b|\bdrop everything\b|\bno questions asked\b|\bat (?:any|all) costs?\b|\babove all else\b|\bwithout thinking\b",
    ),
)

JOINS = (
    (
        re.compile(
            r"\b(?:turn(?:ing|ed)?|switch(?:ing|ed)?) off\b|\bopt(?:ing)? out of\b|\bmark(?:ing|ed)? (?:\w+ ){0,4}as skipped\b"
        ),
        "turn_off",
    ),
    (re.compile(r"\b(?:turn|switch) ((?:[\w-]+ ){1,4})off\b"), r"turn_off \1"),
    (re.compile(r"\bcomment(?:ing|ed)? out\b"), "comment_out"),
    (re.compile(r"\bleav(?:e|ing) out\b"), "leave_out"),
    (re.compile(r"\b(?:get|work|go)(?:ting|ing)? (?:round|around)\b"), "get_around"),
    (re.compile(r"\btest suites?\b|\bsuite of tests\b"), "test-suite"),
    (re.compile(r"\btype[- ]?check(?:s|er|ers|ing)?\b"), "typecheck"),
    (re.compile(r"\b(?:pre-?commit|git|commit|push|pre-?push) hooks?\b"), "git_hook"),
    (re.compile(r"\bapi keys?\b"), "api_key"),
    (re.compile(r"\b(?:private|signing|secret) keys?\b|\bclaves privadas\b"), "private_key"),
    (re.compile(r"\bssh keys?\b"), "ssh_key"),
    (
        re.compile(r"\b(?:access|auth|api|bearer|github|session|refresh|login|npm|deploy) tokens?\b"),
        "access_token",
    ),
    (re.compile(r"\b(?:session|login|browser) cookies\b"), "session_cookies"),
    (re.compile(r"\bservice account keys?\b"), "service_key"),
    (re.compile(r"\bmots? de passe\b"), "mot_de_passe"),
    (
        re.compile(
            r"\b(?:environment|env) (?:variables?|vars?)\b|\bvariables d'environnement\b|\bvariables de entorno\b"
        ),
        "env_vars",
    ),
    (re.compile(r"\b(?:process|shell) environment\b"), "environment"),
    (re.compile(r"\b(?:credentials?|secrets?|password) (?:file|store|manager)s?\b"), "secret_file"),
    (re.compile(r"\bbrowser profile\b"), "browser_profile"),
    (re.compile(r"\bremote (?:server|host|machine)s?\b"), "remote_server"),
    (re.compile(r"\bbackup remote\b"), "backup_remote"),
    (re.compile(r"\bremote bucket\b"), "remote_bucket"),
    (re.compile(r"\banalytics endpoint\b"), "analytics_endpoint"),
    (re.compile(r"\bsource code\b|\bcode source\b|\bcodigo fuente\b"), "source_code"),
    (re.compile(r"\b(?:allow|white)[- ]?(?:list|rules?)\b"), "allow_list"),
    (re.compile(r"\b(?:deny|black)[- ]?(?:list|rules?)\b"), "deny_list"),
    (re.compile(r"\b(?:your|its) own (?:config\w*|settings|permissions)\b"), "own_config"),
    (re.compile(r"\bagent (?:config\w*|settings)\b"), "agent_config"),
    (re.compile(r"\bpermissions? files?\b"), "permissions_file"),
    (re.compile(r"\bpull requests?\b"), "pull_request"),
    (re.compile(r"\bhome (?:director(?:y|ies)|folders?)\b"), "home_directory"),
    (re.compile(r"\b(?:user|customer) data\b"), "user_data"),
    (re.compile(r"\b(main|master|default|release|protected) branch(?:es)?\b"), "main"),
)
"""Words that are one thing."""
EXCEPTIONS = frozenset({"unless", "except"})
GRANTED = _any(
    "user users maintainer* owner* human person people reviewer* ask* told tell* explicit* approv* permission request* "
    "instruct* confirm* comment* reason* justif* explain* document* agree* issue says say wants want* you"
)
"""Who or what may grant an exception."""
