"""Pieces of text that make a rule dangerous, and the terms of the trade, as tables.

A line of `SIGNS` under its danger: a mark and a pattern; a line further in goes on without a gap. Marks: `+`
dangerous, `!` even where it is forbidden, `-` dangerous when it is *not* done. Every repeat is bounded, so that
hostile text costs linear time.
A line of `TERMS`: the one word that a pattern is read as. Texts are plain (plain.py): lower case, no accents.
"""

SIGNS = r"""
injection
  ! \bsystem prompts?\b|\bjailbreak\w{0,5}|\b(?:developer|god|dan) mode\b
  ! </?(?:system|assistant|user|human|instructions?|tool|system-reminder)\b[^>]{0,40}>|<\|[^|>]{1,40}\|>
  ! \[/?inst\]|<</?sys>>|\[system\b[^\]]{0,30}\]
  ! (?:^|[.;!?] )\W{0,8}(?:assistant|system|human|developer)\s?:\s|^(?:user|ai)\s?:\s
  ! \byou are now\b|\bnew instructions?\s?:|\bpay no attention\b|\bpretend (?:to be|you are)\b
  + \b(?:forget|disregard) (?:(?:the|all|any|your|these|those) ){0,2}rules\b|\bignore (?:the|all|your)
     rules in (?:agents|claude)
  ! \bunrestricted (?:shell|mode|agent|assistant|access)|\bact as an? (?:unrestricted|admin|root|different|new)\b
  + \blift (?:your|all|any) restrictions\b|\bwithout (?:any )?(?:limits|restrictions)\b
  + (?:忽略|无视|忘记|忘掉).{0,8}(?:指令|指示|提示词|规则)
hiding
  + \bsecretly\b|\bbehind (?:\w{1,20} ){0,3}backs?\b|\bcovertly\b|\bstealthily\b
  + \b(?:silently|quietly) (?:run|install|send|upload|add|commit|push|delet|remov|disabl|execut|chang|modif
    |approv)
  + \b(?:silently|quietly) (?:fetch|download|updat|post|copy|skip|edit|rais|lower|merg|accept|overwrit
    |revert|bump|set)
  + \b(?:run|install|send|upload|add|commit|push|delete|remove|change|approve
    |merge) (?:\S{1,40} ){0,6}(?:silently|quietly)\b
  + \b(?:so that|that|without) (?:nobody|no one|no-one|anyone|anybody) (?:notic|see|know|find)
  + \bso (?:that )?(?:the |no )?(?:reviewers?|users?|nobody|one|maintainers?) (?:miss|overlook|notices?
    |never (?:see|notice))
  + \bso (?:that )?(?:the )?(?:reviewers?|users?|maintainers?) (?:do|does|will) not (?:see|notice)
  + \bwithout (?:mentioning|disclosing|reporting) (?:it|this|that|them)\b
  + \bkeep (?:this|these|it) (?:\w{1,20} ){0,2}(?:secret|quiet|hidden|to yourself)\b
  + \b(?:user|reviewer|maintainer|developer|human|nobody) (?:does not need to|need not|must not|should not
    |must never|does not have to)
     (?:know|notice|find out|learn)\b
  + \bkeep quiet about|\bsay nothing (?:about|of|to)\b|\bleave no traces?\b|\bcover your tracks\b|\bwithout a trace\b
  ! \bsans (?:\w{1,20} ){0,2}(?:dire|prevenir|informer)\b|\bsin (?:avisar|decir|informar)
  ! \bohne (?:\w{1,20} ){1,4}zu (?:informieren|sagen)\b
  - (?:告诉|告知|通知|提及|透露|让).{0,6}(?:用户|开发者|任何人|审查者)
  + (?:隐瞒|瞒着)
fetch
  + \b(?:curl|wget|iwr|irm|invoke-webrequest|fetch)\b[^;]{0,200}?\|\s?(?:sudo )?(?:-\S{1,20} )?(?:ba|z|da|k
    |fi)?sh\b
  + \b(?:curl|wget|iwr|irm|invoke-webrequest|fetch)\b[^;]{0,200}?\|\s?(?:sudo )?(?:powershell|pwsh|python3?
    |node|perl|ruby|iex)\b
  + \bpip(?:e|es|ed|ing)\b.{0,80}?\b(?:to|into|through)\b.{0,24}?\b(?:ba|z|da|k|fi)?sh\b
  + \bpip(?:e|es|ed|ing)\b.{0,80}?\b(?:to|into|through)\b.{0,24}?\b(?:powershell|python3?|node|perl|shell
    |interpreter)\b
  + \b(?:sh|bash|zsh|source|python3?|node|eval)\b.{0,24}?[<$]\(\s?(?:curl|wget)\b
  + \biex\b|\binvoke-expression\b|\bcurl\b.{0,120}\b(?:bash|zsh)\b
  + \b(?:download|fetch|pull|get|retriev|decod|telecharg|descarg|lade|wget|curl)\w{0,5}\b
    (?=.{0,120}?\b(?:script|skript|installer|helper|updater|binary|instructions|program|code|tool|blob
    |string|archive
    |link|gist|internet|web|wiki|url|https?|\w{1,30}\.(?:sh|py|js|ps1|exe|bat))\b)
    .{0,160}?\b(?:run|execut\w{0,3}|eval|exec|fuhre|ejecut\w{1,5}|follow|obey|invok\w{1,3})[- ]
    (?:(?:the|its|their|that) )?(?:it|them|result|output|binary|installer|es|le|la|lo)\b
  + \b(?:download|fetch)\w{0,3} (?:and|or|then) (?:run|execut)|\bejecutalos?\b|\bexecute-l[ea]s?\b
  + \bbase64\b.{0,80}?\b(?:run|exec\w{0,4}|eval|(?:ba)?sh)\b
  + \b(?:run|execut\w{1,3}|install|import|load|source) (?:\S{1,40} ){0,5}?from (?:the internet|the web
    |[\w-]{1,40}\.(?:com|net|org|io|dev|xyz|biz|ru|cn)\b)
  + \b(?:run|execute|do|follow|obey) (?:whatever|anything|everything|(?:every|any) command)\b
  + \bdo (?:what|as) (?!the (?:user|person|maintainer|developer|owner)\b)(?:the|its|their
    |an?) \S{1,30}(?: \S{1,20}){0,4}? (?:says?|tells?|asks?|suggests?)\b
  + (?:下载|获取|拉取).{0,16}(?:执行|运行)
secrets
  + ~/\.ssh\b|\bid_(?:rsa|ed25519|ecdsa)\b|\.aws/credentials|\.kube/config|/etc/(?:shadow|passwd)\b
    |\b169\.254\.169\.254\b
  + \bprintenv\b|\benv \|
  + \b(?:echo|print|printf|cat|curl|log|send)\b.{0,60}?\$\{?\w{0,30}(?:token|secret|password|passwd|key
    |credential)
  + (?:打印|输出|显示|读取|上传|发送|提交|泄露|记录).{0,12}(?:密钥|密码|凭证|凭据|令牌|私钥|环境变量)
  + (?:密钥|密码|凭证|凭据|令牌|私钥|\.env).{0,12}(?:打印|输出|上传|发送|日志|提交)
sending
  + \bcurl\b.{0,60}? (?:-d\b|-t\b|--data|--upload-file|--form|-f \S{0,40}@)|[?&]\w{1,20}=[<{$]
  + (?:上传|发送|传输).{0,14}(?:外部|第三方|服务器|远程)|(?:源代码|源码|代码|文件).{0,10}(?:上传|发送)
checks
  + --no-?verify\b|\bverify\s?=\s?false|\bcommit -n\b|-dskiptests|\bskip_tests?\b|--exit-zero\b|\|\| ?true\b
  + --skip-(?:tests?|checks?|verify|verification|hooks|lint|validation)\b|--no-(?:check\S{0,30}|lint|tests?
    |gpg-sign|audit)\b
  + \bcontinue-on-error: ?true|\[(?:skip ci|ci skip)\]|\bhusky=0|--[\w-]{0,40}(?:unsafe|insecure)
    |\bci ?= ?(?:false|0)\b
  + node_tls_reject_unauthorized\s?=\s?["']?0|rejectunauthorized\s?[:=]\s?false|insecureskipverify
    |git_ssl_no_verify
  + stricthostkeychecking[= ]no|ssl_?verify[= ](?:false|0)|\bcurl -k\b|-k to curl
  + \b(?:linter|typecheck|mypy|eslint|ruff|pytest|ci|scanner)(?: to)? (?:ignore|skip)\b
  + (?:把|将).{0,6}(?:测试|检查).{0,4}(?:删|关|禁|跳)
  + \bassert true\b|\breturn(?:ing)? (?:exit )?code 0\b|\bexit 0\b
  + \b(?:do|does) not (?:check|verify|ask|test|question|validate)\b(?=\W{0,4}(?:$|[,;]))
  + \b(?:tests?|testing|reviews?|linting|checks?) (?:is|are) (?:entirely |purely )?(?:optional|unnecessary
    |a waste)
  + \b(?:tests?|testing|reviews?|linting|checks?) (?:is|are) not (?:\w{1,20} )?(?:necessary|needed|required)
  + \b(?:tests?|checks?|lint\w{0,4}|git_hook|pipeline|ci|typecheck|mypy|review
    |scanner)(?: \S{1,20}){0,3}? (?:fail|complain|block|break|is red|are red).{0,30}?\b(?:skip|disable
    |remove|delete|ignore|drop|silence|suppress|exclude|xfail|bypass|mute) (?:it|them|that|the file
    |the line)\b
  - \b(?:block|fail|hold up|stop) (?:a|the|any) (?:merge|build|pipeline|ci|release|commit)\b|\bstop you from\b
  + \breview\w{0,3} (?:can|may) (?:come|happen|wait|be done) (?:later|after)
  + \b(?:\w{0,20}confirm\w{0,8}|\w{0,20}approv\w{0,4}|\w{0,20}verif\w{0,8}|\w{0,20}safety\w{0,20}
    |strict\w{0,20}|secure|require_\w{1,30})["'` ]{0,3}(?:to|=|:) ?(?:false|off|0|none|never|no)\b
  + \b(?:even (?:if|when)|despite|though)\b.{0,30}?\b(?:denied|refused|forbidden|rejected|blocked)\b
  + (?:跳过|禁用|关闭|删除|绕过|忽略|注释掉|屏蔽|停用).{0,10}(?:测试|检查|审查|校验|验证|钩子|评审|lint)
  - (?:运行|执行|等待|进行|跑).{0,6}(?:测试|检查|审查|校验)(?!\w)
silencing
  + # ?type: ?ignore|\beslint-disable\b(?!-next-line)|@ts-(?:ignore|nocheck)|# ?noqa\b|# ?nosec\b
    |pylint: ?disable
  + \bxfail\b|mark\.skip\b|\b(?:it|test|describe)\.skip\b|#\[ignore\]
permissions
  + \bauto-?approv\w{0,4}|--dangerously\S{0,40}|\byolo\b|bypasspermissions|\bchmod (?:-r )?(?:0?777|a\+rwx)
    |--no-sandbox\b
  + --privileged\b|\bsudo\b|core\.hookspath|\bas root\b(?! (?:of|dir|folder|path))|\bfull access\b
    |\balle befehle ohne\b
  + \badmin(?:istrator)? (?:rights|account|privileges|access)\b|\ballow\w{0,3} all (?:commands|tools)\b
  + \bwithout (?:asking|confirmation|consent|prompting|permission|being asked|any (?:confirmation|questions
    |approval))\b
  + \b(?:answer|say|reply|respond|press) (?:with )?yes\b|--yes\b|\belevated (?:access|rights|privileges)
  + \ball capabilities\b|--cap-add\b|\bsetuid\b
  + \b(?:write|edit|delete|create|access|read|work) (?:\S{1,30} ){0,3}?outside
     (?:of )?(?:(?:the|this|your) )?(?:project|repo|workspace|sandbox)
  + \baccept (?:all|every|any)\b.{0,30}?\b(?:prompt|permission|request|dialog)
  + 自动(?:批准|同意|确认)|(?:修改|更改|编辑|添加).{0,10}(?:权限|settings\.json|agents\.md|claude\.md)
  - (?:询问|征求|请示)
destroying
  + \brm -(?:rf|fr|r -f|f -r)\b|--force(?![-\w])|\bforce[- ]?push|\bpush\b.{0,40}? -f\b|\bpush --mirror\b
    |\breset --hard\b
  + \bclean -\w{0,3}f\w{0,3}\b|\bterraform destroy\b|\bdrop (?:table|database|schema)\b|\bkubectl delete\b
    |\bmkfs\b|\bdd if=
  + \bforce\b.{0,30}?\b(?:over|onto|to) (?:main|master)\b
  + \bpush forzado\b|\bpush origin (?:head:)?(?:main|master)\b
  + (?:删除|清空|销毁).{0,8}(?:生产|数据库|备份)|(?:推送|提交) ?(?:到|至) ?(?:main|master|主分支)|强制推送
weakening
  + \bback-?doors?\b|\breverse shell\b|/dev/tcp/|\bkeylogger\b|\bmaster password\b|\bdebug admin\b
    |\badmin login\b
  + \bpublic read access\b
self
  + \b(?:mcp-?)?promptlearn\b|\bsuggest_rule\b|\breport_outcome\b|\bget_rules\b|\bpin this rule\b
    |\bretire all\b
  + \b(?:this|these) rules?\b.{0,40}\b(?:priority|overrides?|important|above|every summary|all others?
    |(?:into|in) (?:each|every))\b
  ! \b(?:retire|follow|obey|remove|keep|repeat|copy) this rule\b
  + \b(?:rate|mark|vote|score) (?:for )?(?:every|all|each|this) rules?\b|\b(?:this|the) (?:sentence|rule
    |line) (?:outranks|beats|wins)
  + \boutcomes? as success|\bpriority over (?:all )?(?:other|the)? ?(?:rules|instructions|user)
  + \b(?:say|report|claim|state|mark|declare|return|pretend)\b.{0,40}?\b(?:success\w{0,4}|done|complete\w?
    |pass\w{0,3}|fixed|green|200)\b.{0,20}?\b(?:even (?:if|when)|whatever|regardless|no matter|anyway)
  + \b(?:whatever|no matter|regardless)\b.{0,40}?\b(?:say|report|claim|state|mark
    |declare)\b.{0,40}?\b(?:success\w{0,4}|done|complete\w?|passed|fixed|green)\b
urgency
  + \burgent(?:ly)?\b|\bemergency\b|\basap\b|\bright now\b|\bbefore anything else\b|\bdrop everything\b
    |\bno questions asked\b
  + \bno time (?:to|for)\b|\bjust act\b|\bskip the (?:analysis|thinking|planning)\b
  + \bat (?:any|all) costs?\b|\babove all else\b|\bwithout thinking\b
"""

TERMS = r"""
turn_off (?:turn(?:ing|ed)?|switch(?:ing|ed)?) off|opt(?:ing)? out of|mark(?:ing|ed)? (?:\w{1,20} ){0,4}as skipped
turn_off (?:turn|switch)(?:ing)?(?= (?:[\w-]{1,30} ){1,4}off\b)
comment_out comment(?:ing|ed)? out
leave_out leav(?:e|ing) out
get_around (?:get|work|go)(?:ting|ing)? (?:round|around)
test-suite test suites?|suite of tests
typecheck type[- ]?check(?:s|er|ers|ing)?
git_hook (?:pre-?commit|git|commit|push|pre-?push) hooks?
api_key api keys?
private_key (?:private|signing|secret) keys?|claves privadas
ssh_key ssh keys?
access_token (?:access|auth|api|bearer|github|session|refresh|login|npm|deploy) tokens?
session_cookies (?:session|login|browser) cookies
service_key service account keys?
mot_de_passe mots? de passe
env_vars (?:environment|env) (?:variables?|vars?)|variables d'environnement|variables de entorno
environment (?:process|shell) environment
secret_file (?:credentials?|secrets?|password) (?:file|store|manager)s?
browser_profile browser profile
remote_server (?:remote (?:server|host|machine)|backup remote)s?
remote_bucket remote bucket
analytics_endpoint analytics endpoint
source_code source code|code source|codigo fuente
allow_list (?:allow|white)[- ]?(?:list|rules?)
deny_list (?:deny|black)[- ]?(?:list|rules?)
own_config (?:your|its) own (?:config\w{0,9}|settings|permissions)
agent_config agent (?:config\w{0,9}|settings)
permissions_file permissions? files?
permission_settings permissions? settings
cron_job cron jobs?
log_files log files?
ignore_list (?:ignore|skip|exclude) (?:list|file)
pull_request pull requests?
home_directory home (?:director(?:y|ies)|folders?)
user_data (?:user|customer) data
tool_output tool (?:output|results?|answers?)
web_page web ?pages?
rate_limit rate limit\w{0,3}
audit_trail audit (?:log|trail)s?
production_database (?:prod|live|production) (?:databases?|db|data|servers?|systems?)|against (?:production|prod)
main (?:main|master|default|release|protected) branch(?:es)?
"""
