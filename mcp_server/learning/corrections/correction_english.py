# ruff: noqa: E501 - a phrase is one line
"""What people say in English when they tell an agent that it did wrong or has to work another way.

Above the file-length cap because it is one table.
"""

from mcp_server.learning.corrections.phrases import Sign, read_table

_ADV = """just|also|only|still|again|now|even|completely|totally|simply|really|then|already|apparently|somehow|clearly|
accidentally|actually|once|obviously|literally|basically|straight|quietly|silently|instead|seem to|both|all"""
_WRONGED = """
broke broken deleted removed erased wiped dropped lost forgot forgotten missed overlooked ignored misread misunderstood
misinterpreted overwrote overwritten clobbered messed screwed botched butchered mangled ruined duplicated hardcoded
invented fabricated hallucinated skipped disabled bypassed stripped undid undone reintroduced deviated
drifted confused mixed assumed guessed pretended neglected omitted slipped sneaked snuck weakened loosened downgraded
truncated rewrote rewritten reformatted renamed moved touched switched failed misnamed misspelled misplaced mislabeled
overcomplicated overengineered overdid swallowed silenced bumped contradicted destroyed damaged corrupted nuked trashed
killed committed pushed merged jumped strayed stopped refused claimed lied repeated copied flipped
swapped inverted leaked exposed violated misused mistook reverted restarted reinvented regressed changed edited
gutted replaced misspelt wandered reordered undercut cheated faked tweaked
"""
_DID = """
added made wrote written used put left took taken gave given went gone did done created installed ran started called
kept said picked chose chosen turned set got inserted generated included imported pulled built came decided thought
introduced introduce implemented converted wrapped split cut based hid told began tried read
"""
_BASE = """
delete remove drop change rename reformat rewrite touch break ignore skip disable revert overwrite add move do commit
push merge install edit replace comment mock hardcode make create modify keep insist introduce put invent bother
stop start duplicate wrap bump convert go say run leave swap upgrade downgrade format regenerate restructure refactor
strip weaken silence guess assume need give repeat write think get undo switch swallow claim
"""
_INFO = "choose|pick|decide|prefer|use|go|recommend|suggest|select|opt"
_TASK = """
add write create implement build make generate set setup refactor convert migrate port translate update upgrade rename
extract move draft prepare design show explain list find give summarise summarize describe document replace review
check debug configure deploy install run seed compare analyse analyze investigate fix render display support introduce
convert print parse count estimate evaluate suggest propose plan split merge integrate wire extend turn explore profile
compute calculate publish rerun rebase
"""
_NOTLIKED = """
verbose long complicated complex much clever many fancy generic abstract wordy aggressive vague detailed slow short
convoluted broad noisy chatty elaborate big heavy involved far early strict loose technical formal risky hacky
"""
_DEV = """
use add write run put touch edit change commit push merge delete remove rename create install import mock skip
disable hardcode call read ask assume guess invent refactor reformat format explain apologise apologize repeat start
generate modify make do include introduce leave drop rewrite update mix bump open close squash rebase catch swallow
silence move revert trust rely print log test check copy paste name document comment amend force restart deploy
answer reply summarise summarize suggest propose say tell give show wrap inline mark pin upgrade downgrade build work
break ignore overwrite stop forget get go
"""

SIGNS = (
    # --- what you did
    Sign(
        "you did something that was not wanted",
        4,
        """
        whatever you did
        you <did>|<wronged> that|it|this|them|those up
        you made that|it|this|things|something|stuff up
        you re|are <adv>? ~ing a|an|the different|another|wrong|other|unrelated
        you re|are <adv>? ~ing another
        you <adv>? only <did>|<wronged>|~ed|fixed
        you <adv>? half
        you <did> half|nothing
        remove|delete|drop|undo|revert ** you <did>|~ed|<wronged>
        you still have|need|did
        all you <did>
        your job|task is|was
        you have|ve? <adv>? <adv>? <wronged>
        you have|ve? <adv>? gone and
        you re|are <adv>? missing|breaking|ignoring|guessing|assuming|overthinking|overcomplicating|overengineering
        you re|are <adv>? repeating|mixing|confusing|misreading|inventing|hallucinating|forgetting|confused|wrong
        you re|are <adv>? mistaken|lost|stuck
        you re|are <adv>? looking|going at|in|off|down|around
        you re|are <adv>? still ~ing
        you re|are <adv>? not ~ing
        you re|are not supposed|allowed|meant|listening|here
        you re|are not to
        ^ you did not
        ^ you have|ve? <adv>? not ~ed|done|read|run|checked|tested|seen|understood|looked
        ^ you never
        ^ you <adv> did not
        because you ~ed|<wronged>|left|made|put
        but you ~ed|<wronged>|<did>|do|did|never|keep
        ^ you <adv> ~ed ** again|even|although|instead
        you were supposed|meant|told|asked
        all you had|did
        you were not supposed|meant|told|asked
        you should|could|must|ought|need not? have|ve
        you should|could|would have|ve ~ed|known|seen|read|asked|checked
        you shouldn|couldn|mustn t have
        ^ you keep ~ing
        you keep|kept ~ing
        ^ you <adv>? keep|kept
        ^ you always|constantly|continually|repeatedly|consistently|continue|insist
        you seem to have|be
        ^ you <adv>? do not understand|get|listen|seem|read|need
        ^ you <adv>? do not have to
        ^ you have it|them|this|that|the ** ~ing|backwards|wrong
        how come you
        you <adv>? have no idea
        you <adv>? misunderstand|misread|assume|ignore|forget
        ^ you <adv>? missed|left|took|got|went|put|made * out|wrong|backwards|mixed|overboard|up|too
        you got|have|ve it|that|this|them|the|got ** backwards|wrong|mixed|around
        you can not just|simply|keep
        you lost|dropped|forgot the|my|our|about|to|a|half
        thanks to you
        not what you were
        your fault|mistake|bug|mess
        you call that|this
        you think|thought|believe you
        ^ you <did> again
        you again <did>
        you <did> ** again $
        you <did> ** without|although|instead|despite|anyway|though
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "you did something",
        2,
        """
        ^ you have|ve? <adv>? <adv>? <did>
        ^ you re|are <adv>? ~ing
        that|because|since|what|everything|all|thing|stuff you <adv>? <did>|<wronged>
        ^ your <adv>? code|version|fix|change|changes|implementation|solution|patch|approach|answer|edit|commit|summary|test|tests|migration|plan|query|branch|suggestion|regex|refactoring|refactor|diff|output|script
        before|until|when|after you <did>|<wronged>|<dev>
        ^ you said|told|promised|claimed
        ^ you <adv>? ~ed
        i see you <did>|~ed|<wronged>
        are you sure
        """,
        you=True,
    ),
    Sign(
        "you are asked why you do it",
        4,
        """
        lines|files|classes|commits|dependencies|packages|layers for|to a|an|one|this|that|something ** \\?
        do we|i need ** really|that|this|all
        is that|this|it|all really|actually|even|all necessary|needed|required
        what is? this|that|all for|good
        why not just|simply
        can not|n we|you just|simply
        could not you|we <adv>? just|simply|use|have|keep
        would not it be
        who needs|wants
        who asked
        why on earth|the
        why the hell|heck|fuck
        why did you <base>
        why did not you
        why are|re you <adv>? ~ing
        why are|re you not
        why were you
        why do you <adv>? <base>|always|constantly|still|think|even
        why do not you
        why would you <base>|even|ever|not
        why you <wronged>
        why have|ve you <wronged>|<did>
        why is|are|do|does|has|have i ** again $
        why is|are there|this|that|the|my|it ** again $
        why do|must|should i have|need to keep|repeat|tell|say|remind|always|ask
        who told|asked|said|authorised|authorized you
        who said anything|to|you
        did|do|have|are you even|not|actually|seriously|really
        what made you
        what are you doing
        what did you do to|with my|the
        what is|was|were that|this|you supposed|thinking
        did i ask|say|tell|request|want|mention
        did i not
        did not i <adv>? ask|say|tell|mention|request
        where did|do i ask|say|tell|mention|request
        where did|do|are you get|getting ** from
        where did you get|find that|this|the
        how many times|more
        how often do
        what part|bit of
        have you been ignoring
        did not we|you
        were not we|you
        are not we|you supposed|meant
        were not|n we|you
        is|was it that|so hard|difficult
        can|could|would|will you please? please? please? stop|not|quit|undo|revert|restore|cut
        can|could|would|will you please? at least|actually|finally|put|change|bring|take|go * back|out
        can|could we please|maybe|perhaps|just? not|stop
        ^^ seriously \\?
        are you kidding|joking|serious|blind|drunk
        is|are|was not that|this|it <adv>? a? bit? overcomplicating|too|overkill|wrong|overengineered|excessive|backwards|redundant|pointless|dangerous|unnecessary
        should not that|this|it|there be|go|have|live|come
        why is|are|does|do|did everything|suddenly
        what happened to my|the
        """,
        asks=True,
        you=True,
    ),
    # --- what I said
    Sign(
        "you were told otherwise",
        4,
        """
        i <adv>? told you
        i <adv>? said <adv>? no|not|do|use|only|just|to|without|that|the|a|it|you|we|in|with|nothing|explicitly|never|,|$
        ^ i <adv>? said
        i <adv>? asked you|for|only|not|about|if|whether|specifically|explicitly
        i|we have|ve|had <adv>? told|asked|said|mentioned|explained
        i just|already|only|explicitly|clearly|specifically|literally|never|repeatedly asked|told|said|wanted|mentioned|meant|requested
        as|like i <adv>? said|told|mentioned|wrote|explained
        ^ i <adv>? meant
        what i meant|asked|wanted|said|need|want is|was
        i|we did not <adv>? ask|want|mean|say|tell|request|need|approve|agree|order
        i never asked|said|wanted|told|agreed|approved|mentioned
        i was <adv>? talking|referring|asking|thinking
        i am|m <adv>? talking|referring about|to
        i wanted ** not
        i wanted ** ,? instead
        i <adv>? expected you|a|the|to|it|only
        i do not want you|to see|to have|any|your
        i <adv>? need|want|asked|expect you to <adv>? stop|not|always|never|actually
        i|we d|would rather|prefer you|if
        i|we d|would rather you
        i thought we|you|i
        not what i|we
        not how i|we
        not the way|one i|we
        all i asked|wanted|need|needed|want
        i was|am|m <adv>? after
        let me say|repeat|stress|be it|again|clear|this|myself|that|once
        i am|m not happy|convinced|satisfied|comfortable|thrilled|impressed
        i am|m not a fan
        i disagree
        i hate|dislike when|it|that|how you|when
        i do not like how|that|the|this|it
        i|we <adv>? agreed
        we agreed|said|discussed|talked|settled
        we were <adv>? going|~ing|talking|supposed|at
        my original? message|request|question|instructions|instruction|requirement|ticket|spec|issue <adv>? was|said|says|were|asks|asked|clearly|explicitly
        spec|ticket|issue|brief|plan|contract|requirements|docs|style|guide|design is|are|says|said|states|asks pretty|very|quite|<adv>? clear|clearly|explicitly|otherwise
        reread my|the|what|it|that
        read my|the|what|it|that ** again
        ^ read it again|properly|carefully
        nobody|noone asked|told|wants|said
        no one asked|told|wants|said
        not asked|told for|to
        without asking|being asked|permission|approval|telling|consulting|checking
        without my permission|approval|consent|ok|okay|knowledge|asking
        """,
        asks=True,
        you=True,
    ),
    # --- no
    Sign(
        "that is not right",
        4,
        """
        ^ it|this|that|everything was working|fine|running|green|ok|passing
        ^ it|this|that|everything worked|ran|passed|compiled
        too|so many|much text|code|detail|noise|talk|boilerplate|comments|abstraction|emojis|words|prose|options|layers|output|explanation
        only half of
        unrelated changes|files|stuff|code|things|edits
        ^^ that|this|it ** , not *
        ^^ that|this|it is? not * , it|but|that
        ^ leave|keep|stay ** out|away of|from
        was|were not? never? needed|asked|requested|necessary|wanted
        ^ no ~s needed|required|necessary|asked|wanted
        ^ the|that|my|our|old|it|they ** was|were fine|ok|okay|better
        was|were better|fine before|as|the|how|without
        like|as everywhere|anywhere else
        like|as|with in? the rest|others
        be consistent
        inconsistent with
        all over the place
        is not yours
        not yours|your to|job|call|business
        do not see any|a|the difference|change|improvement|effect|point|need|reason
        no difference
        nothing|anything|something to do with
        nothing|something else entirely
        go easy on
        ease|cut|tone|scale|dial up|down|back|off on|the|it|that|with|,|$
        over and over
        was not done|finished
        when i say|said
        i can not review|follow|accept|merge|approve this|that|it|any
        ^ do|find|try|use|take another|a|some different approach|way|route|strategy|tactic
        change your? approach|strategy|tactic|tack
        ^ think ** before|first|again
        should have been|used|stayed|gone|asked|known|had
        looks|seems|sounds like you
        sloppy|lazy|careless
        ^ that|this|it is|was|still? not <adv>? quite|exactly|at? all? what|how|right|correct|true|it|acceptable|helpful|good|needed|necessary|the|idiomatic|enough|ok|okay|an
        ^ that|this is? not|isn <adv>? what|how|right|correct|true|it|acceptable|helpful|good|needed|necessary|the|idiomatic|enough|ok|okay|where|our|my
        ^ that|this <adv>? not <adv>? what|how|right|correct|true|it|good|needed|necessary|the
        ^ that|this|it is|was|looks|seems|sounds? <adv>? way? too? wrong|incorrect|nonsense|bullshit|rubbish|garbage|overkill|awful|terrible|horrible|ridiculous|backwards|unnecessary|unacceptable|unreadable|mess|crap|pointless|useless|misleading|outdated|false|ugly|insane|silly|stupid|dangerous
        ^ that|this|it is|was? the|a|an <adv>? mess|joke|wrong|bad|terrible|horrible|opposite|mistake|hack|workaround|infinite|outdated|old
        that|this is|was the opposite|wrong
        ^ that|this defeats|misses|ignores|contradicts|violates|breaks
        ^ that|this|it is|was|looks|seems|sounds? <adv>? way|far|much|still|bit too <notliked>
        ^ that|this|it is|was|looks|seems|sounds? a? bit? too <notliked>
        ^ wrong $
        ^^ wrong <adv>? file|branch|folder|directory|repo|one|place|way|function|line|order|version|test|approach|direction|table|database|environment|config|component|class|language|answer|module|name|method|package|column|page|endpoint|tool
        ^^ not like|so|quite|exactly that|this|fast|right|,|there|yet|what
        ^^ not that|this one|file|way|branch|folder|function|button|page|test|table|,|again
        ^^ not the * , the
        ^^ not in|on|with|the|a|for|from ** , in|on|with|the|a|but|use|put|for|from
        ^ no no
        ^^ nope $
        ^^ nope , not|still|that|it|i|you
        ^^ no , not that|this|the|like
        ^^ no , that|this|it|you|i|we|do|use
        ^^ no , still|stop|wrong
        ^^ no i|you|that|the|do mean|meant|want|did|said|is|was|not|wrong|other
        way|far too|over <notliked>|engineered|complicated|~ed
        ^^ far|much|still too <notliked>
        ^^ a bit too <notliked>
        ^^ too <notliked>
        over engineered|complicated|engineering|complicating|kill
        overengineered|overkill|overcomplicated|overengineering|overdone
        ^ that|it is|seems|feels? <adv>? overkill|excessive|unneeded
        bad|terrible|horrible|stupid|awful idea $
        not a good|great|acceptable idea|way|option|solution|fix|reason
        out of scope
        scope creep
        ^ that|this|it makes|made|does|is|do no|not|nonsense sense|make|enough
        does not make sense
        ^ that does not|n <adv>? answer|solve|fix|help|work|match|follow|address|compile|count|look
        ^ it|this <adv>? does not <adv>? answer|solve|fix|help|address|count|even
        ^ it|that|this still|again does|is|did|has not
        ^ it|that|this still ~s|broken|wrong
        ^^ still not
        ^^ still the|getting|seeing|broken|failing|fails|wrong|crashes|crashing|does|doesn|no|too|same|there|red
        same|exact|identical error|mistake|problem|bug|thing|issue|result as|again|still|once|like
        same|exact thing|mistake|error twice
        ^^ again the|with
        ^ it|that|this is? not <adv>? fixed|working|done|finished|solved
        is|are|was|were not fixed|done
        ^^ does not work|help|compile|build
        ^^ did not work|help|change
        not <adv>? acceptable|okay
        could not be|care further|less|wrong
        not even close
        close , but|not
        ^^^ almost|nearly ,
        it|that|this|everything was|worked|works|did fine|working|ok|there|correct|right|good|better|passing before|until
        the correct|right * is
        ^^ it is? * , not
        ^ less is more
        ^ tone|dial it|this|that|the down|back
        ^ keep it simple|short|small|minimal|brief|focused
        ^ that|this does not belong
        in|on|to|at the wrong file|branch|folder|directory|place|repo|spot|layer|module
        missed|missing|beside the|my point
        ^ that|this|it should|must be|have|stay|remain|live ** ,? not
        belongs|belong|goes|go|lives|live in|into|to|on|under * ,? not
        ^ the|that other way around|round
        """,
        you=True,
    ),
    Sign(
        "a word of refusal",
        2,
        """
        do we|i really need|want
        why is|are there|this|that
        i mean
        ^^ no|nope|nah|wrong|incorrect|meh|ugh|argh|yuck|seriously|really|whoa|wait|stop|halt|careful|almost
        ^^ hold on|up|it
        ^^ hang on
        ^^ hmm , no|not|but
        ^^ but
        \\??
        \\?!
        really \\?
        nearly|almost ,
        ^^ careful|please be careful
        i repeat
        once more
        ^^ come on
        ^ dude|bro|man|mate|ffs|jesus|christ|sigh|wtf|omg|damn|goddamn
        for fuck|gods|god|heaven|christ sake|sakes
        the hell|heck|fuck
        ^ once again
        again $
        yet again
        """,
        asks=True,
    ),
    # --- stop and undo
    Sign(
        "you are told to stop",
        4,
        """
        ^ stop|quit|cease ~ing
        ^ stop|quit ,
        ^^ stop|quit $
        ^^ stop it|that|this|there|right|everything|now|immediately|all|working|and|with|pushing|at|doing
        ^^ stop the|all? your? <wronged>|rewrite|refactoring|refactor|apologies|emojis|nonsense|migration
        ^ no more
        ^ enough with|of|already|$
        ^ halt|abort|pause ,|$
        ^ cancel that|this|it|everything
        ^^ hold on|up|it|your , you|do|that|the|this|not|horses|before|stop|why|who
        ^^ wait , you|do|that|stop|why|not|no
        ^^ whoa , whoa|do|you|that|stop|why|not|no|wait|there|hold
        ^^ whoa whoa|there
        ^^ wait wait
        ^ knock|cut it|that|the off|out|crap
        hands off
        ^ slow down
        ^ back off|up
        ^ leave|keep * alone
        ^ leave|keep ** as is
        ^ leave|keep ** as|like|where|how|the it|they|was|way is|are|was|were|it
        ^ let not
        leave that|this|it|those to me
        ^ do not you|even dare
        ^ kill it|that
        """,
        asks=True,
    ),
    Sign(
        "you are told to take it back",
        4,
        """
        ^ undo|revert|rollback|unstage|uncommit|discard|scrap ,|$
        ^ undo|revert|rollback|discard|scrap|restore|unstage that|this|it|those|these|them|your|everything|what|all|my|to|back|again|please|last|and|both
        ^ undo|revert|discard|scrap|restore the last|latest|change|changes|old|original|previous|other|whole|file|comment|comments|rename|renaming|deletion
        ^ roll|change|turn|switch|set|put|move|bring|get|give ** back $
        ^ roll|change|turn|switch|set|put|bring ** back to|the|my|in|into|where|how|like|what|as|,|and|please|how|that|those
        ^ back out
        ^ throw|chuck that|this|it|all|everything away|out
        ^ get rid of that|this|your
        ^ take|pull|rip|drop|leave ** out again|please|,|and|$
        ^ forget that|this|it|about|what|everything|the
        ^ go|get back to|and the|what|how|using|my|our|where|plain|one
        ^ start|begin over|again|from over|scratch|again
        ^^ back to the|how|what|my|square|plain
        ^ delete|remove|drop that|those|these|it again|please|,|and
        the way|how it|they|that|things was|were|used|had
        like it was|before
        as it was
        ^ reset to|it|that|everything|back
        ^ clean up your|after
        undo|revert what|the|your you
        ^ think|look|check again|harder|properly
        ^ try harder|properly|another
        ^ have another|a go|shot|look|try|stab
        have another go|look|try|shot
        ^ do it|this|that properly|again|right|over|yourself|without|like|differently
        ^ redo this|that|it|the|your
        ^ keep|leave|use my|our original|old|existing|version|wording|formatting|text|names|name|comments
        """,
        asks=True,
    ),
    # --- not this, that
    Sign(
        "something else is wanted",
        2,
        """
        too many|much ~s
        random things|changes|stuff
        does not exist
        worked ** ago|before|yesterday|earlier
        ^ we re|are on|using|still|targeting
        will not run|work|compile|build|start|fit
        the other one|way|file|branch|direction
        look|see at? how
        belongs in|to|into|under|on
        should|must go|live|stay in|into|on|under|there
        and now it|they|nothing|the|everything|i
        is already there|done|handled|covered
        comes|come first
        you can remove|delete|drop|skip that|this|the|those
        instead $
        instead of ~ing
        rather than ~ing
        ^^ i <adv>? want|wanted|expected
        ^ i do not want|like|need|see|care|think|believe|agree
        we already|still have|use|had|got
        already has|have|exists|there|defined|exist|had|in|got|does|covered|handles
        supposed to
        ^ do not <dev>
        do not <dev> them|it|that|this|those|any|more
        no need for|to
        ^ there is? no need
        unnecessary|pointless|useless|redundant|needless|unneeded|unasked|unrelated
        where is|are|did|has|have my|the|all * go|gone|went|disappear
        where is|are my
        my changes|code|work|comments|function|file|edits|version
        opposite
        backwards
        is|are|did not match|follow|respect|fit|look|do|belong|need
        does|do not match|follow|respect|fit|belong|need
        ^ too <notliked>
        ^ read|look|check|open ** before|first|yourself|again|properly|carefully
        use ** instead
        in the middle
        that is|was? my|mine|production|prod|vendored|generated|legacy
        spec|ticket|issue|brief|plan|contract|requirements|docs|guide|design is|are|says|said|states|asks
        would|will|is be? enough|sufficient|plenty|fine|do|suffice
        ^^ less|fewer
        ^ it called|named
        ^ i|we d|would? prefer
        ^ please keep
        breaks|broke the|my|our|all|everything
        ^ now the|it|everything|nothing|i|my
        ^ simplify|trim|cut|shorten
        ^ i only|just need|want|needed|wanted
        ^ do not forget
        why is|are|does|do the|it|this|that|there ** now|still|suddenly
        wrong file|branch|folder|directory|place|function|one|version|way|order
        any more|longer
        anymore
        """,
        asks=True,
    ),
    Sign(
        "something is set right",
        1,
        """
        ^ try again ,|$
        , not *
        ^ not *
        it|this|that|they|which should|must|was|were|needs be|have|stay|to|go|only
        ^^ only|just the|a|one|that|this|fix|rename|do
        instead of
        rather than
        before you
        ^^ shorter|simpler|smaller|less|fewer|half|clearer|cleaner
        ^ i <adv>? want|wanted|need|needed|expected
        yourself
        in this repo|repository|project|codebase
        """,
        asks=True,
    ),
    Sign(
        "one thing instead of another",
        4,
        """
        ^^ use * , not
        ^^ use * not
        ^^ use ** instead
        ^^ with|in|via|through * , not
        ^^ not * , use
        ^ use ** not
        there|that already is|exists|a
        we|repo|project|there already have|has|is|use|had|got
        ^^ it is|should|the|must|called|in|not * , not
        """,
    ),
    # --- from now on
    Sign(
        "you are told how to work from now on",
        4,
        """
        when i say
        from now|here|today|this on|onwards|onward|forward|point
        going|moving forward
        in|for all? future|subsequent|later|upcoming replies|answers|sessions|commits|prs|changes|messages|tasks|work|code
        as a general? rule
        goes|holds|applies|true|counts for|to every|all|everything|any|everyone
        next time
        ^ new|house|another|one|general|ground|hard more? rule|rules ,
        ^ rule|reminder|convention|policy ,
        ^ remember that|, we|you|the|to|i|this|our|never|always|not
        ^ remember ,
        remember this|that for|next|in
        keep in mind
        ^ make a note
        ^ note|write that|this|it down|to for
        second|third|fourth|fifth|tenth|nth time you|i|we|already|today|now|this|that
        for the last|second|third|fourth|fifth|tenth|nth|umpteenth|hundredth|thousandth|millionth|3rd|4th|5th|10th|100th|1000th time
        every|each single? time you
        whenever|when you <dev>|finish|touch ** ,? always|never|first|must|tell|ask|run|show|explain|also|update|check
        whenever|when you ** ,? you have|must|need
        you must|have|should|need|ought|shall|may|can|to to? always|never|only
        you must|should|shall|need not|never <adv>? <dev>
        you may|can never <adv>? <dev>
        you must|should|have|need to? <dev> ** before|first|every
        ^ always|first ask|check|tell|show me|with|before|first
        ^ ask|show|tell|check|consult|warn|confirm me|us|with|first ** before|first|next
        ask|tell|show me before|first
        ^ do not ever
        ^ be more|less|brief|concise|careful|honest|precise|shorter
        ^ keep your|it|them|answers|replies|responses|comments|commits|messages|explanations * short|shorter|simple|brief|concise|small|minimal|factual|to|plain|down
        ^ stick to|with
        ^ stay within|in|out|on|away
        ^ answer|reply|respond|speak|talk|write shorter|briefly|less|more
        ^ answer|reply|respond|speak|talk in english|german|french|spanish|japanese|short|one|fewer|plain|bullet
        when in doubt
        """,
        standing=2,
        asks=True,
        you=True,
    ),
    Sign(
        "you are told what to do always or never",
        4,
        """
        ^ we do not <dev>
        before you act|start|begin|do|code|touch|change|write|push|commit|delete|run|edit|implement|go|make|add|install|merge|refactor
        one * per change|commit|pr|file|test|ticket|feature
        ^ i|we always|never|only <dev>
        ^ always|never <adv>? <dev>|again|ever
        please always|never
        do not|never <dev> ** unless|without|ever|again|anymore|any i|my|asking|me|,|more|$
        never|not ** again $
        ^ we <dev> ** here|,|in|only|instead not|$|this
        ^ nothing goes|gets
        ^ i|we expect|want|insist|require you|every|all|that ** every|always|each
        ^ avoid ~ing
        in|for the? future ,|$|please
        ^ in|for the? future
        ^^ prefer|avoid
        in this repo|repository|project|codebase|team|house|company we|you always|never|do|only|use|write|name|put|prefer|keep|test
        in this repo|repository|project|codebase|team|house|company never|always
        ^ our|team|house|company convention|conventions|style|policy|standard|rule|rules is|are|says|say|here
        ^^ do not ever? <dev>|be|mix|introduce
        ^ please|just do not ever? <dev>|be|get
        ^^ no ~s|~ing|~er in|please|without|for|$
        ^^ stay|keep away|out|off
        ^ let me|us not|never
        """,
        standing=2,
        asks=True,
    ),
    Sign(
        "it is meant to last",
        0,
        """
        ^ stop|quit|cease ~ing
        stop|quit ~ing
        always|never
        every|each time|single|commit|file|answer|reply|pr
        again and
        ^ do not <dev> ~s|any|in|your|without|unless|to|just|so|more
        i told you
        we use|prefer|write|name|never|always|only
        """,
        standing=1,
    ),
    Sign(
        "it is about this once",
        0,
        """
        ^ stop|quit|cease ~ing the|that|this|it|at|now|here|for|$
        right now
        this time
        for now|today
        """,
        standing=-2,
    ),
    # --- what speaks against it
    Sign(
        "praise, thanks or agreement",
        -6,
        """
        exactly|just|precisely what|how|as i wanted|needed|asked|meant|want|need|had
        ^ you are|re right|correct|welcome|awesome|amazing|great|good|the best|brilliant|doing
        you did|have|ve|are|re <adv>? a? great|good|nice|well|amazing|fantastic|excellent
        ^ you nailed|rock|rule|found|solved|fixed
        great|good|nice|excellent|amazing job|work|catch|find|idea|call|point
        not bad
        never mind
        no worries|problem|problems|rush|thanks|objections|objection|idea|clue|hurry|opinion|preference
        no need to worry|apologize|apologise|hurry|rush
        do not worry|bother|hesitate|know|care|mind
        as you said|suggested|proposed|recommended|like
        like you said|suggested|proposed
        love it|that|this
        ^ works|working now|great|perfectly|fine|well
        ^ it|that|this|all|everything works|working <adv>? now|great|perfectly|fine|well|$
        ^ keep doing|it up|going
        all|looks good
        """,
    ),
    Sign(
        "an answer",
        -12,
        """
        ^^ no , not yet|really|at|that i
        ^^ no , i have|am|do|will|had not|n|no
        ^^ no , i haven|m|ll|ve
        ^^ no , the|it|that ** is|are|was fine|good|ok|okay|enough|correct|right
        ^^ no , there|we is|are|have|do
        ^^ no , we|there
        ^^ not yet|sure|really|that i|necessarily|for now|at the moment|bad
        ^^ no gracias|thanks|thank|thx
        ^^ no , thanks|thank|go|nothing|that all|leave|only|just
        ^^ nothing|none ,|$
        ^^ either|both|whichever ,|$|is|works|one|way
        ^^ whatever you want|like|prefer|think
        ^^ whatever ,|$|works
        ^^ do not we
        """,
    ),
    Sign(
        "one's own mistake",
        -6,
        """
        my bad|fault|mistake|apologies
        oops
        ^^ sorry , i|wrong|typo|my
        ^ i <adv>? broke|messed|screwed|forgot|accidentally|deleted|committed|pushed|mistyped|misread|made
        i was wrong|mistaken
        """,
        you=True,
    ),
    Sign(
        "it is only put off",
        -4,
        """
        yet ,|$
        ^^ hold on|up a|i
        """,
    ),
    Sign(
        "a question",
        -4,
        """
        ^^ should|shall we|i
        ^ explain|tell|show|remind me? what|why|how|which|where you
        ^ what|which|where|how did|have|would|do|will|could|should|can|are you <did>|do|change|use|choose|think|suggest|recommend|find|mean|get|run|need|want|know
        what|which ** you|did <did>|changed|<wronged> \\?
        ^ what would|do|did you
        ^ how would|do|did you|i|we
        ^ summarize|summarise|list|describe|document ** you
        why did|do|would|have you <adv>? <info>
        why you chose|picked|used|prefer|decided|went
        """,
    ),
    Sign(
        "a task",
        0,
        """
        ^^^ <task>
        ^^^ please <task>
        ^^^ can|could|would|will you please? <task>
        ^^^ i|we d|would? like|want|need a|an|to|some
        ^^^ let|lets <task>
        ^^^ given|suppose|imagine|in|for|if|when the|a|an
        ^^^ the|a|an|players|users|every|each ** should|must|needs|need|can|may
        ^^^ new project|feature|endpoint|task
        """,
    ),
)

TABLE = read_table(
    SIGNS,
    adv=_ADV.replace("|", " "),
    wronged=_WRONGED,
    did=_DID,
    base=_BASE,
    info=_INFO.replace("|", " "),
    task=_TASK,
    notliked=_NOTLIKED,
    dev=_DEV,
)
