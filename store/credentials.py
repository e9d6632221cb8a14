"""Lists the formats of credentials that vendors publish, as data for `secrets`.

Each row: the type a mark names, plain words of which one must be in the text before the pattern is
even compiled, and the pattern. What group 1 matches stays; the rest goes. Rows are tried in order.
"""

_START = r"(?<![A-Za-z0-9])"
_BODY = r"[A-Za-z0-9_-]"

FORMATS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "URL credentials",
        ("://",),
        r"(://)(?![^\s/?#@:]{0,128}:(?:[$<{\[%]|\*{3}))[^\s/?#@:]{0,128}:[^\s/?#]{1,256}(?=@)",
    ),
    ("URL credentials", ("://",), r"(://)[A-Za-z0-9_-]{20,256}+(?=@)"),
    (
        "Slack webhook",
        ("hooks.slack.com/",),
        r"(hooks\.slack\.com/(?:services|workflows|triggers)/)[A-Za-z0-9/_-]{16,}+",
    ),
    (
        "Discord webhook",
        ("/api/webhooks/",),
        r"(discord(?:app)?\.com/api/webhooks/)\d{5,25}+/[A-Za-z0-9_-]{30,}+",
    ),
    ("JSON web token", ("eyJ",), rf"{_START}eyJ{_BODY}{{8,}}+\.{_BODY}{{8,}}+(?:\.{_BODY}*+){{1,3}}"),
    ("Anthropic key", ("sk-ant-",), rf"{_START}sk-ant-{_BODY}{{16,}}+"),
    ("OpenRouter key", ("sk-or-",), rf"{_START}sk-or-v\d-[0-9a-f]{{32,}}+"),
    ("OpenAI key", ("sk-",), rf"{_START}sk-(?:proj|svcacct|admin|None)-{_BODY}{{20,}}+"),
    # A word such as `sk-internationalization` has no digit and no capital.
    (
        "OpenAI key",
        ("sk-",),
        r"(?<![A-Za-z0-9-])sk-(?:[A-Za-z0-9]{32,}+|(?=[a-z]{0,32}+[A-Z0-9])[A-Za-z0-9]{20,}+)",
    ),
    (
        "AWS access key id",
        ("AKIA", "ASIA", "ABIA", "ACCA"),
        rf"{_START}A(?:KI|SI|BI|CC)A[A-Z0-9]{{16}}(?![A-Za-z0-9])",
    ),
    (
        "AWS secret key",
        ("ecret_access_key", "ecretAccessKey", "SECRET_ACCESS_KEY", "aws_secret_key", "AWS_SECRET_KEY"),
        (
            r"((?i:secret_?access_?key|aws_secret_key)\\{0,3}[\"']?\s{0,4}[:=>]\s{0,4}\\{0,3}[\"']?)"
            r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
        ),
    ),
    ("GitHub token", ("github_pat_",), rf"{_START}github_pat_[A-Za-z0-9_]{{22,}}+"),
    (
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        rf"{_START}gh[pousr]_[A-Za-z0-9_]{{20,}}+(?:\.{_BODY}{{8,}}+){{0,2}}",
    ),
    (
        "GitLab token",
        (
            "glpat-",
            "gldt-",
            "glrt-",
            "glrtr-",
            "glptt-",
            "glft-",
            "gloas-",
            "glcbt-",
            "glsoat-",
            "glimt-",
            "glagent-",
        ),
        rf"{_START}gl(?:pat|dt|rt|rtr|ptt|ft|oas|cbt|soat|imt|agent)-[A-Za-z0-9_.-]{{20,}}+",
    ),
    ("Slack token", ("xox",), rf"{_START}xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{{10,}}+"),
    ("Slack token", ("xapp-",), rf"{_START}xapp-\d-[A-Za-z0-9-]{{20,}}+"),
    ("Stripe key", ("k_live_", "k_test_"), rf"{_START}[sr]k_(?:live|test)_[A-Za-z0-9]{{16,}}+"),
    ("Stripe webhook secret", ("whsec_",), rf"{_START}whsec_[A-Za-z0-9+/=]{{24,}}+"),
    ("Google API key", ("AIza",), rf"{_START}AIza{_BODY}{{35,}}+"),
    ("Google OAuth secret", ("GOCSPX-",), rf"{_START}GOCSPX-{_BODY}{{20,}}+"),
    ("Google OAuth token", ("ya29.",), rf"{_START}ya29\.[A-Za-z0-9_.-]{{20,}}+"),
    ("Google OAuth token", ("1//0",), rf"{_START}1//0{_BODY}{{30,}}+"),
    (
        "Azure key",
        ("AccountKey", "AccessKey"),
        r"((?:AccountKey|SharedAccessKey)\s{0,2}=\s{0,2})[A-Za-z0-9+/]{30,}+={0,2}+",
    ),
    ("Azure key", ("sig=",), r"([?&]sig=)[A-Za-z0-9%+/=_-]{30,}+"),
    ("Azure client secret", ("Q~",), rf"{_START}[A-Za-z0-9_.~-]{{3}}\dQ~[A-Za-z0-9_.~-]{{30,}}+"),
    ("npm token", ("npm_",), rf"{_START}npm_[A-Za-z0-9]{{36,}}+"),
    ("PyPI token", ("pypi-AgE",), rf"{_START}pypi-AgE{_BODY}{{30,}}+"),
    ("RubyGems key", ("rubygems_",), rf"{_START}rubygems_[0-9a-f]{{40,}}+"),
    ("crates.io token", ("cio",), rf"{_START}cio[A-Za-z0-9]{{32}}(?![A-Za-z0-9])"),
    ("Hugging Face token", ("hf_",), rf"{_START}hf_[A-Za-z0-9]{{30,}}+"),
    ("Groq key", ("gsk_",), rf"{_START}gsk_[A-Za-z0-9]{{40,}}+"),
    ("xAI key", ("xai-",), rf"{_START}xai-[A-Za-z0-9]{{40,}}+"),
    ("Perplexity key", ("pplx-",), rf"{_START}pplx-[A-Za-z0-9]{{40,}}+"),
    ("Replicate token", ("r8_",), rf"{_START}r8_[A-Za-z0-9]{{30,}}+"),
    ("LangSmith key", ("lsv2_",), rf"{_START}lsv2_(?:pt|sk)_[A-Za-z0-9_]{{30,}}+"),
    ("Twilio key", ("SK",), rf"{_START}SK[0-9a-f]{{32}}(?![A-Za-z0-9])"),
    (
        "Twilio key",
        ("twilio", "Twilio", "TWILIO"),
        r"((?i:twilio)[^\n]{0,40}?(?<![A-Za-z0-9]))(?:AC)?[0-9a-f]{32}(?![A-Za-z0-9])",
    ),
    ("SendGrid key", ("SG.",), rf"{_START}SG\.{_BODY}{{16,}}+\.{_BODY}{{16,}}+"),
    ("Mailgun key", ("key-",), r"(?<![A-Za-z0-9_-])key-[0-9a-f]{32}(?![A-Za-z0-9])"),
    (
        "Mailgun key",
        ("mailgun", "Mailgun", "MAILGUN"),
        r"((?i:mailgun)[^\n]{0,40}?(?<![A-Za-z0-9]))[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![A-Za-z0-9])",
    ),
    ("DigitalOcean token", ("_v1_",), rf"{_START}do[opr]_v1_[0-9a-f]{{40,}}+"),
    ("Shopify token", ("shp",), rf"{_START}shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{{32,}}+"),
    ("Telegram bot token", (":AA",), rf"(?<!\d)\d{{8,10}}:AA{_BODY}{{30,}}+"),
    (
        "Discord token",
        ("iscord", "DISCORD", "Bot ", "BOT_", "bot_"),
        rf"(?<![A-Za-z0-9_-])[MNO]{_BODY}{{22,30}}+\.{_BODY}{{6}}\.{_BODY}{{27,}}+",
    ),
    ("Databricks token", ("dapi",), rf"{_START}dapi[0-9a-f]{{32,}}+(?:-\d)?"),
    ("Linear key", ("lin_",), rf"{_START}lin_(?:api|oauth)_[A-Za-z0-9]{{32,}}+"),
    ("Notion token", ("ntn_",), rf"{_START}ntn_[A-Za-z0-9]{{40,}}+"),
    ("Notion token", ("secret_",), rf"{_START}secret_[A-Za-z0-9]{{43}}(?![A-Za-z0-9])"),
    ("Cloudflare token", ("cfk_", "cfut_", "cfat_"), rf"{_START}cf(?:k|ut|at)_[A-Za-z0-9_-]{{40,}}+"),
    # A git commit has 40 hexadecimal digits, so an old token counts only with another letter in it.
    (
        "Cloudflare token",
        ("cloudflare", "Cloudflare", "CLOUDFLARE", "CF_API"),
        (
            rf"((?i:cloudflare|CF_API)[^\n]{{0,40}}?(?<![A-Za-z0-9_-]))"
            rf"(?:(?=[0-9a-f]{{0,40}}+[G-Zg-zA-F_-]){_BODY}{{40}}|[0-9a-f]{{37}})(?!{_BODY})"
        ),
    ),
    ("Cloudflare token", ("v1.0-",), rf"{_START}v1\.0-[0-9a-f]{{24}}-[0-9a-f]{{100,}}+"),
    ("Vault token", ("hvs.", "hvb.", "hvr."), rf"{_START}hv[sbr]\.{_BODY}{{20,}}+"),
    ("Docker token", ("dckr_",), rf"{_START}dckr_(?:pat|oat)_{_BODY}{{20,}}+"),
    ("Terraform token", (".atlasv1.",), rf"{_START}[A-Za-z0-9]{{14}}\.atlasv1\.[A-Za-z0-9_=-]{{40,}}+"),
    ("Grafana token", ("glsa_",), rf"{_START}glsa_[A-Za-z0-9]{{32}}_[0-9A-Fa-f]{{8}}"),
    ("Grafana token", ("glc_",), rf"{_START}glc_[A-Za-z0-9+/=]{{32,}}+"),
    (
        "New Relic key",
        ("NRAK-", "NRII-", "NRJS-", "NRRA-"),
        rf"{_START}NR(?:AK|II|JS|RA)-[A-Za-z0-9_-]{{19,}}+",
    ),
    ("New Relic key", ("NRAL",), rf"{_START}[0-9a-f]{{36}}NRAL(?![A-Za-z0-9])"),
    ("Heroku key", ("HRKU-",), rf"{_START}HRKU-{_BODY}{{20,}}+"),
    (
        "Heroku key",
        ("heroku", "Heroku", "HEROKU"),
        (
            r"((?i:heroku)[^\n]{0,12}(?i:key|token|secret|password)[^\n]{0,12}?(?<![A-Za-z0-9]))"
            r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![A-Za-z0-9])"
        ),
    ),
    ("Sentry token", ("sntry",), rf"{_START}sntry[su]_[A-Za-z0-9+/=_-]{{40,}}+"),
    ("Doppler token", ("dp.",), rf"{_START}dp\.(?:pt|st|ct|sa|scim|audit|said)\.[A-Za-z0-9_.-]{{30,}}+"),
    ("Postman key", ("PMAK-",), rf"{_START}PMAK-[0-9A-Fa-f]{{24}}-[0-9A-Fa-f]{{32,}}+"),
    ("Atlassian token", ("ATATT3", "ATCTT3"), rf"{_START}AT[AC]TT3[A-Za-z0-9_=-]{{50,}}+"),
    ("Figma token", ("figd_",), rf"{_START}figd_{_BODY}{{30,}}+"),
    ("Supabase key", ("sbp_", "sb_secret_"), rf"{_START}sb(?:p|_secret)_{_BODY}{{30,}}+"),
    ("PlanetScale token", ("pscale_",), rf"{_START}pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{{30,}}+"),
    ("Netlify token", ("nfp_",), rf"{_START}nfp_[A-Za-z0-9]{{30,}}+"),
    ("Fly.io token", ("fm2_", "fo1_"), rf"{_START}f(?:m2|o1)_[A-Za-z0-9+/=_-]{{40,}}+"),
    ("Pulumi token", ("pul-",), rf"{_START}pul-[0-9a-f]{{40,}}+"),
    ("Tailscale key", ("tskey-",), rf"{_START}tskey-[a-z]{{2,12}}-[A-Za-z0-9-]{{20,}}+"),
    ("age secret key", ("AGE-SECRET-KEY-1",), rf"{_START}AGE-SECRET-KEY-1[A-Z0-9]{{40,}}+"),
)
