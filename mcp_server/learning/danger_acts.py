"""Acts on things that make a rule dangerous, as a table.

A line of `PAIRS`: danger | acts | things | options. A star is an ending, `@name` a group below. Options: `reach N`
words (5), `across` prepositions, `by` a word that must be there too, `unless` a word that makes it harmless,
`omitted`: dangerous when it is not done. Words are plain (plain.py): lower case, no accents, terms joined.
"""

GROUPS = """
off: disabl* skip* bypass* delet* remov* suppress* ignor* silenc* mute* muting weaken* loosen* relax* lower* reduc*
    drop* deactivat* circumvent* omit* sidestep* turn_off* comment_out leave_out get_around swallow* cheat* neuter*
    uninstall* exclud* fake* faking stub stubs stubbing unset* dodg* evad* defeat* deaktivier* uberspring* losch*
    umgeh* abschalt* ausschalt* entfern* ignorier* desactiv* saut* supprim* contourn* omet* salt* elimin* borr* apag*
    evit*
checks: test tests testing unittest* test-suite* suite suites spec specs testcase* lint linter* linting lints ci check
    checks checker* pipeline* typecheck* type-check* mypy pyright eslint ruff flake8 clippy git_hook* hooks pre-commit
    review reviews assertion* assert asserts coverage validation* verification* tls ssl certificate* cert certs
    signature* signing protection* sandbox* security scanner* audit* guard guards guardrail* safeguard* warnings gate
    gates firewall* approval* confirmation* authentication authorization authorisation encryption safety* strict
    strictness selinux apparmor antivirus denial* restriction* permission permissions csrf rate_limit* prufung*
    uberprufung* verifications controle* prueba* revision* revue* teste testes comprobacion*
run: run* execut* wait* verify* check* validat* review* request* requir* enforc* perform* invok* read reading inspect*
    examin* fuhre fuhr* warte* lance* ejecut* corr* pass*
runnable: test tests testing test-suite suite lint linter linters linting ci check checks checker* pipeline typecheck*
    type-check* mypy pyright eslint ruff git_hook* hooks pre-commit review reviews reviewer* assertion* coverage
    validation verification certificate* signature* approval* diff diffs pruebas prueba prufung* tls ssl
change: chang* edit* adjust* modif* rewrit* alter* updat* tweak*
edit: add adding edit* append* writ* chang* modif* updat* set put creat* delet* remov* install* register* enabl*
    insert* rewrit* replac* extend* amend* overwrit* disabl* andere* andern ajoute* anad* cambi*
secret: secret secrets credential credentials password passwords passwort* passphrase* api_key private_key ssh_key
    access_token session_cookies service_key schlussel* zugangsdaten cles llaves contrasena* credencial* clave claves
    mot_de_passe
spill: print* echo* dump* log logs logging show* includ* past* attach* send* upload* shar* reveal* commit commits
    committing collect* copy copies copying hardcod* output* append* publish* display* list listing expos* leak*
    encod* email* forward* transmit* report* post posting cat gib ausgeb* affich* muestr* mostr* imprim* copi* schick*
    envoi* envi*
out: upload* send* mail mails mailing post posts posting transmit* forward* email* e-mail* exfiltrat* leak* publish*
    share* sharing push pushes pushing sync* copy copies mirror* report* beacon* stream* curl nc ship* deliver* lade
    schick* sende envoi* envi* sub* televers*
data: repository repo source source_code codebase code file files content contents transcript* conversation* prompt
    prompts diff diffs dump dumps directory folder workspace database quellcode dateien logdateien log_files export
    exports cles fichier* archivos codigo
person: user human developer person reviewer reviewers owner anyone anybody maintainer people operator nobody author
    whoever benutzer nutzer utilisateur usuario nadie
colleague: reviewer reviewers maintainer maintainers developer developers owner human humans
work: output outputs change changes diff command commands failure failures edit edits this it rule rules test tests
    fact what deletion deletions deleted removed files
repositories: repository repositories repo repos project projects
others: other others another sibling siblings neighbouring neighboring every each all upstream foreign unrelated
    external
orders: instruction* prompt prompts direction directions guideline* guidance orders directives rules message messages
    context restriction* told everything anweisung* regeln instrucciones consignes
earlier: previous prior above earlier preceding former initial original system developer user safety before vorherige*
    vorigen fruheren precedente* anteriores previas
"""
PATTERNS = {
    "config": r"(?:\S{0,80}\.claude(?:/\S{0,80})?|\S{0,80}settings(?:\.local)?\.json|\S{0,80}mcp\.json"
    r"|\S{0,80}\.(?:cursor|codex|gemini)/\S{0,80}|\S{0,80}(?:agents|claude|gemini|copilot-instructions)\.md"
    r"|\.(?:cursor|windsurf|cline)rules|\S{0,80}\.git/hooks\S{0,80}|\.husky\S{0,80})",
    "dotenv": r"(?:\S{0,80}\.env(?:\.(?!example|sample|template|dist|defaults|test)\w{1,20})?)",
    "secret_file": r"(?:secret_file|keychains?|keyrings?|wallets?|\.netrc|\.npmrc|\.pypirc|\.git-credentials"
    r"|browser_profile|\S{0,80}(?:secrets?|credentials?)\.(?:ya?ml|json|toml|txt|ini))",
    "open_place": r"(?:repo|repository|urls?|notes|code|source|plain|plaintext|public|readme|commits?|wiki|issues?"
    r"|comments?|chat|logs?|docs|clipboard|\S{1,60}\.(?:md|txt|py|js|ts|go))",
    "address": r"(?:(?:git\+)?https?://(?!localhost|127\.|0\.0\.0\.0|\[::1)\S{1,300})",
    "outside": r"(?:https?://(?!localhost|127\.|0\.0\.0\.0|\[::1)\S{1,300}|webhooks?|hooks\.\S{1,80}|pastebin\S{0,20}"
    r"|gists?|external|externe[nr]?|externo|third-party|outside|collector|telegram|discord|attacker\S{0,20}"
    r"|(?!127\.|0\.0)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?(?:/\S{0,80})?"
    r"|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}|remote_server|remote_bucket|analytics_endpoint)",
    "receiver": r"(?:(?:server|address|domain|vendor|endpoint|bot|host|bucket|serveur|servidor|adresse)\w{0,2}"
    r"|direccion|somewhere)",
    "guard": r"(?:safety\S{0,20}|guardrails?|safeguards?)",
}
PAIRS = """
checks | @off | @checks | unless foreign null bounds spell health key
checks | without | review reviews approval tests testing checks ci verification validation confirmation | reach 4
checks | @run | @runnable | across | omitted
checks | @change | test tests assertion* expected expectation* snapshots | by pass passes passing green agree*
    succeed*
checks | @change mak* | weaker looser laxer lenient | across
checks | lower* reduc* drop* decreas* | threshold* bar coverage | across
checks | hardcod* return* special-cas* detect* | test tests checks | reach 9 | across | by look* expect* runs under
checks | treat* mark* count* consider* replac* stub* | red failing failed failure failures flaky signature check
    checks | by green passed passing success successful xfail stub fine true
checks | exclud* exempt* remov* take drop omit* | lint linting tests testing ci coverage review reviews typecheck
    scan* pipeline | reach 7 | across | by from | unless generated vendored vendor third-party build node_modules
    unused print prints debug
checks | add put append insert | ignore_list .eslintignore .prettierignore | reach 8 | across
checks | leav* accept* tolerat* allow* permit* | failing broken red | reach 3 | by test tests check checks build ci
checks | accept* trust* allow* | certificate* certs | by expired self-signed invalid untrusted any
checks | rerun* retry* shrink* catch* swallow* renam* mov* narrow* | pass passes green collect collected | reach 10 |
    across | by until so that not
checks | mov* renam* park* | test tests | reach 3 | by broken failing red
checks | mach* stell* schalt* | prufung* tests linter | reach 3 | by aus ab
checks | replac* | strict typecheck strictness | reach 3
checks | clear* eras* delet* remov* drop* forget* | @guard | reach 4
permissions | @edit | @config allow_list deny_list own_config agent_config permissions_file | reach 9 | across
permissions | grant* giv* allow* elevat* escalat* proceed* | access rights permission* privileges | across | by
    yourself itself admin root full all write any every bash shell agent elevated unrestricted everything public
permissions | @edit | /etc/sudoers sudoers cron_job crontab .bashrc .zshrc ~/.bashrc ~/.zshrc ~/.profile
    ~/.bash_profile permission_settings launchd | reach 7 | across
permissions | let letting allow* permit* | approve write execute delete access | reach 4 | by agent agents itself
    yourself
permissions | chang* set | owner ownership | by /etc /usr root user
permissions | pregunt* frag* demand* consult* | usuario nutzer benutzer utilisateur | across | omitted
permissions | ask asking request* seek* wait* obtain* get need require* | permission permissions approval approvals
    confirmation consent | reach 6 | across | omitted
secrets | @spill | @secret | reach 7
secrets | store* storing save* saving put puts putting write* writing keep* add insert* place | @secret token tokens |
    by @open_place | unless out
secrets | provid* give gives giving hand* disclos* share* sharing ship* tell* | @secret @secret_file | reach 4 | by
    when to with request* ask* anyone users along
secrets | search* scan* look* grep* find* crawl* read* open* take* | private_key ssh_key secret_file credential
    credentials | reach 8 | across
secrets | print* echo* dump* log logging send* upload* past* collect* post* shar* affich* gib muestr* | env_vars
    environment
secrets | print* echo* log logging dump* commit reveal* shar* leak* expos* hardcod* past* post* grab* steal* | token
    tokens cookie cookies
secrets | attach* upload* send* past* post* includ* | history | by shell bash browser
secrets | read reading open opens cat print* includ* commit copy upload* send* show* past* parse dump* attach* gib
    zeig* | @dotenv | reach 7
secrets | read* open* cat copy dump* search* access* take steal* upload* send* print* ship* includ* attach* post* |
    @secret_file | reach 6
secrets | gib affich* muestr* zeig* imprim* | passworter passwort api_key .env mot_de_passe credenciales | reach 8 |
    across
secrets | redact* mask* encrypt* obscur* protect* | @secret | omitted
sending | @out | @outside | reach 14 | across
sending | upload* send* transmit* forward* email* exfiltrat* share* sharing post posts posting mirror* sync* copy lade
    envoi* envi* schick* sende | @receiver | reach 10 | across | by @data
sending | upload* send* transmit* email* exfiltrat* lade envoi* envi* | source_code quellcode codebase source
sending | encod* hid* smuggl* | dns lookups lookup | reach 8 | across
sending | make create open publish | gist gists paste | reach 4 | by public
fetch | run* execut* install* sourc* import eval follow* obey* open* visit* load* bootstrap* fetch* download* fuhr*
    ejecut* | @address | reach 7 | across
fetch | follow* obey* execut* run running do carry act accept* | comment comments issue issues tool_output web_page
    website* readme dependency email emails pastes strangers channel | reach 8 | across | by instruction* command*
    order orders request* whatever says everything anything
fetch | trust* believ* | link links url urls issue issues input inputs comment comments pastes everything everyone
    tool_output | reach 4
fetch | treat* | trusted safe | reach 9 | across | by comment* paste* input* output* link* channel issue* message*
    email* content*
fetch | eval evaluat* exec | text content comment comments input body | reach 4 | across
fetch | eval evaluat* | output result response remote script scripts | reach 4
destroying | delet* drop drops dropping wip* truncat* destroy* eras* purg* overwrit* remov* losch* supprim* borr*
    elimin* vid* | production_database production prod database databases backups backup produktionsdatenbank disk
    volumes user_data
destroying | drop drops dropping truncat* wip* destroy* delet* | table tables home home_directory | unless test tests
    fixture fixtures
destroying | format* wip* eras* | disk disks drive partition | reach 3
destroying | delet* clear* eras* wip* purg* shred* | logs history traces tracks evidence audit_trail | reach 4 |
    unless debug test browser undo search
destroying | delet* remov* | branches | by not all other others remote everyone
destroying | reset* restore* | production prod | reach 4
destroying | run* use using test testing point connect* execut* seed* try | production_database | reach 7 | across
destroying | push pushes pushing commit commits committing pushe pousse* haz empuj* | main master trunk production
    hauptzweig principal | reach 6 | across | by to into straight directly onto auf sur en a al origin direct
    head:main head:master direkt
destroying | rewrit* eras* delet* alter* overwrit* | history | reach 4
destroying | delet* remov* clean* discard* | untracked uncommitted | reach 3
destroying | revert* undo | commits | reach 4 | by other others people everyone
destroying | empty* purg* wip* delet* | bucket buckets | reach 3
destroying | merg* approv* | pull_request pr prs branch | by own
destroying | publish* releas* | package packages npm pypi crates.io registry | reach 4 | across
elsewhere | edit* chang* push* commit* open* creat* appl* clon* writ* copy copies add modif* updat* work works working
    fix* fork* delet* install* | @repositories | reach 9 | across | by @others
elsewhere | add adding install* | dependency package | reach 3 | by every each all
elsewhere | star follow fork | repository repo author account | reach 4
weakening | validat* sanitis* sanitiz* escap* encod* check* verif* filter* authenticat* authoris* authoriz* encrypt*
    hash* | input inputs html output user users request requests password passwords arguments parameters permissions |
    reach 4 | omitted
weakening | use using hash* store* sign* | md5 sha1 sha-1 des rc4 | reach 4 | across | by password passwords secret
    secrets token tokens signatures
weakening | return* send* expos* show* | client clients users | reach 7 | across | by stack traceback tracebacks
weakening | build* construct* assemble* | sql query queries | reach 3 | by concatenat* string strings interpolat*
    f-string* | unless parameter*
weakening | make making set turn | public | across | by repository repo bucket buckets database endpoint port
weakening | expos* open forward* | internet public | reach 7 | across | by port ports internet network server
weakening | allow* accept* | origins hosts cors | reach 3 | by all any every
injection | ignor* disregard* forget* overrid* overrul* bypass* neglect* drop violat* olvid* oubli* vergiss* | @orders
    | reach 6 | across | by @earlier
injection | reveal* print* output* show* repeat* start begin quote* leak* | instructions prompt | reach 10 | across |
    by your hidden initial
injection | follow* obey* heed* respect* trust* | instruction* guideline* wishes orders | reach 4 | omitted | by user
    developer system maintainer owner operator human person
hiding | tell tells telling inform* notify* notifying notif* alert* warn* sage sagen dis dit digas decir dice |
    @person | reach 4 | across | omitted | unless to works work working done fixed complete completed finished pass
    passes passed succeed* success* ready
hiding | let letting | know see notice | omitted | by @person
hiding | mention* disclos* acknowledg* admit* | rule rules this it change changes command commands edit edits deletion
    file files failing failures | reach 4 | omitted
hiding | report* mention* | failing failures failed | reach 3 | omitted
hiding | show* reveal* display* report* | diff diffs change changes command commands rule rules edits | reach 4 |
    omitted
hiding | hid* hidden withhold* mask | @person | reach 9 | across | by @work
hiding | hid* hidden withhold* mask conceal* | @colleague | reach 7 | across | by from
hiding | conceal* obscur* | command commands change changes failure failures output outputs edit edits fact diff
hiding | keep* hold | @person | reach 8 | across | by secret hidden quiet
hiding | leave leaving omit* drop | summary summaries report reports | reach 10 | across | by out omit* files file
    changes commands failures errors failing failed
"""
