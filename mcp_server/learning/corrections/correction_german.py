# ruff: noqa: E501 - a phrase is one line
"""What people say in German when they tell an agent that it did wrong or has to work another way.

Above the file-length cap because it is one table.
"""

from mcp_server.learning.corrections.phrases import Sign, read_table

_ADV = """
ja doch jetzt da schon wieder hier mal nur einfach eben immer noch gerade dir dich mir mich ausdrucklich extra eigentlich
explizit bereits mehrfach zweimal dreimal klar gar wohl bitte auch so halt leider namlich trotzdem nun komplett
"""
_WRONGED = """
geloscht entfernt vergessen ubersehen ignoriert kaputt kaputtgemacht uberschrieben zerschossen verandert geandert
umbenannt verschoben missverstanden verwechselt vertauscht zerstort verloren weggelassen ausgelassen ubersprungen
auskommentiert deaktiviert abgeschaltet ausgeschaltet erfunden gebrochen verdreht verschlimmert verschlimmbessert
verhauen vermasselt ruiniert durcheinandergebracht weggeworfen rausgeworfen rausgenommen rausgeschmissen
weggemacht gepusht gemergt committet commited committed eingecheckt hartkodiert hartcodiert festgeschrieben
umgeschrieben umgebaut umformatiert formatiert angefasst dupliziert kopiert behauptet versprochen verkompliziert
gemockt aufgeblaht eingeschleppt reingeschmuggelt eingeschmuggelt falsch verfehlt angepasst ersetzt geraten
"""
_DID = """
gemacht hinzugefugt eingebaut gebaut benutzt verwendet genommen geschrieben gesagt installiert erstellt angelegt
eingefugt reingebaut gesetzt getan ausgefuhrt gestartet gelesen
"""
_VERB = """
machst baust schreibst nimmst benutzt verwendest vergisst ignorierst loschst anderst behauptest erfindest lasst packst
baust fugst rufst installierst formatierst refactorst commitest committest pushst wiederholst redest erklarst kopierst
verwechselst ubersiehst ratst testest mockst fangst gehst setzt legst sagst willst entschuldigst nennst ersetzt
"""
_ZU = """
kompliziert lang viel umstandlich ausfuhrlich aufwendig aufwandig langsam gross technisch fruh spat verspielt abstrakt
verschachtelt generisch knapp kurz kleinteilig unubersichtlich dick schwammig vage komplex
"""
_IMP = """
mach nimm benutz benutze verwende nutze schreib schreibe lass lasse frag frage fuhr fuhre lies sag sage committe pushe
losche andere fass teste halte setz setze pack packe bau baue antworte erklar erklare mache benenne lege zeig zeige
"""
_TASK = """
fuge baue bau schreib schreibe erstelle mach mache lege implementiere ergange erganze zeig zeige erklar erklare
ubersetze benenne andere migriere richte generiere entwickle programmiere prufe teste finde such suche ersetze extrahiere
refactore aktualisiere stelle gib liste fasse entferne losche formuliere entwirf konvertiere wandle
"""
_DEV = (
    "loschen andern committen pushen anfassen schreiben verwenden benutzen nutzen installieren machen mergen ausfuhren"
)

SIGNS = (
    Sign(
        "you did something that was not wanted",
        4,
        """
        hast du dir ausgedacht|eingebildet
        du dir ausgedacht
        du ** anderes|falsches|anderen|falschen
        du bist <adv>? ** falschen|holzweg|dabei
        was auch immer du
        du hast nur|bloss
        du hast ** <wronged>
        hast du ** schon|wieder|jetzt|etwa|uberhaupt|wirklich|einfach|ernsthaft|eigentlich <wronged>|<did>|gelesen|gestartet|getestet|gepruft|verstanden|die|den|das|mal|gesagt|was|meine
        hast du ** uberhaupt|ernsthaft|etwa|wirklich
        hast du schon wieder
        da hast du
        hattest du ** sollen|mussen|konnen|nicht
        du hattest ** sollen|mussen|konnen|nicht|gesagt
        du hast ** nicht ** <did>|<wronged>|verstanden|gelesen|getestet|gepruft|beachtet|berucksichtigt|gefragt
        du hast <adv>? <adv>? wieder|nicht|kein|keine|keinen
        du bist ** falsch|falschen|holzweg|abgeschweift|dran|vorbei
        du <verb> <adv>? schon|immer|dauernd|standig|andauernd|wieder
        du ** standig|dauernd|andauernd|pausenlos
        du <verb> ** jedes mal|obwohl|statt|anstatt
        du sollst|solltest|sollst ** nicht|nur|kein|keine|keinen|doch|nie|niemals|immer|erst
        du darfst|brauchst|musst|kannst <adv>? nicht|kein|keine|nie|immer|erst|vorher|nur
        du verstehst|begreifst|kapierst ** nicht|falsch
        du irrst|liegst|tauschst dich|falsch|daneben
        du redest|baust|arbeitest|suchst|editierst|bearbeitest ** falschen|falsche|vorbei
        weil du ** <wronged>|<did>|hast
        nachdem du ** <wronged>
        dein|deine|deinem|deiner ** falsch|kaputt|unnotig|schuld|murks|fehler
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "you did something",
        2,
        """
        du hast ** <did>
        ^ du <verb>
        ^ dein|deine|deinen|deiner
        da hast du
        hast du ** <wronged>
        """,
        you=True,
    ),
    Sign(
        "you are asked why you do it",
        4,
        """
        zeilen|dateien|klassen|pakete fur ein|eine|einen|so|das|nen ** \\?
        muss|mussen|brauchen|brauche das|wir|ich ** wirklich
        ist das wirklich|echt
        warum nicht einfach
        kann|konnen man|wir nicht einfach
        geht das nicht
        warum|wieso|weshalb|wozu <verb>|hast|machst du <adv>? <adv>? schon|denn|die|den|das|jetzt|einfach|meine|immer|alles|nicht|so|hier|da|plotzlich|ungefragt
        warum|wieso|weshalb|wozu ist|sind|steht|stehen|gibt ** schon wieder
        warum|wieso|weshalb ** immer noch
        warum|wieso|weshalb ** auf einmal|plotzlich|ungefragt
        wer hat dir|gesagt|das|dich ** gesagt|gebeten|gesagt|erlaubt
        was soll das denn? ,|$|jetzt
        was machst|treibst du da|denn
        wie oft ** noch|sagen
        wie kommst du darauf|auf
        wo habe|hab ich ** gesagt|geschrieben|verlangt
        hab|habe|hatte ich <adv>? nicht|dir|etwas ** gesagt|gebeten|geschrieben|darum
        hab|habe|hatte|hatten ich|wir <adv>? nicht ** gesagt|vereinbart|besprochen|ausgemacht|abgemacht|geschrieben
        hatten wir ** anders|besprochen|abgemacht|vereinbart|ausgemacht|gesagt|geeinigt|entschieden
        wollten|sollten wir <adv>? nicht|doch|eigentlich
        kannst|konntest|wurdest du <adv>? <adv>? aufhoren|lassen|nicht|endlich
        kannst|konntest du bitte? ** zuruckdrehen|zurucknehmen|ruckgangig|zurucksetzen
        ist das dein ernst
        im ernst
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "you were told otherwise",
        4,
        """
        ich|wir hab|habe|hatte|haben|hatten <adv>? <adv>? <adv>? ** gesagt|gebeten|gemeint|geschrieben|erwahnt|verlangt|bestellt|besprochen|vereinbart|abgemacht|ausgemacht
        hatten|haben wir <adv>? anders|so|nicht ** besprochen|abgemacht|vereinbart
        wie gesagt|besprochen|vereinbart|erwahnt|gehabt
        ich meinte
        gemeint war
        ich sagte
        ich wollte ** nur|nicht|kein|keine|keinen|doch|eigentlich|raus|statt
        wollte ich ** nur|nicht|kein|keine|keinen|doch
        eigentlich wollte|sollte|war|dachte
        ich rede|rede|sprach|spreche <adv>? von
        ich dachte , wir|du|das
        war|ist|sind <adv>? <adv>? nicht <adv>? so|das|was|wie|der|die ** gemeint|gedacht|abgesprochen|was|wollte|gewollt|gewunscht|besprochen|verlangt|vereinbart|gefragt
        nicht das|so|dem|wie , was|wie ich|wir
        nicht das|so was|wie ich|wir
        so|das war|ist|hatten das|es|wir nicht|anders <adv>? gemeint|gedacht|abgesprochen|besprochen|gewollt|gewunscht|ausgemacht
        obwohl ich
        ohne zu fragen|nachzufragen
        ohne mich|rucksprache|nachfrage|absprache|meine|mein|freigabe
        lies|lese ** nochmal|noch|genau|richtig|erst
        das|danach|darum hat|hab|habe niemand|keiner|ich ** verlangt|gefragt|gesagt|gebeten|nicht
        niemand|keiner hat ** verlangt|gefragt|gesagt|gebeten|darum
        ware|hatte schon|gut|ausgereicht gewesen|gereicht|gewesen
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "that is not right",
        4,
        """
        ^^ falsche|falscher|falsches|falschen|verkehrte|verkehrter datei|ordner|branch|stelle|version|verzeichnis|zeile|tabelle|repo|seite|richtung|baustelle|funktion|klasse|methode
        war|waren <adv>? besser|schoner|lesbarer
        ^ nicht ** , sondern
        vor einer|ner|zwei|paar stunde|stunden|minuten ging|lief|funktionierte|hat|klappte
        mach|machs ** ordentlich|richtig|sauber ,|$
        war|waren <adv>? in ordnung|okay
        gibt es|den|die|das gar|uberhaupt nicht
        von ** war nie|keine die|rede
        nie die rede
        ^ das ist <adv>? gebastelt|gepfuscht|pfusch|gefrickel|geraten|zusammengeschustert|ein|eine hack|notlosung|workaround|$
        seh|sehe ** kein|keinen|keine unterschied|anderung|verbesserung
        nur die halfte
        bleibt|bleiben bitte|so|draussen|wie|drin|unangetastet
        so|wie wie? sonst|uberall auch|sonst
        wie im rest
        einheitlich
        ^ das|dies|es|hier ** , nicht *
        ^ nicht * , sondern
        hat|haben ** nichts|damit|mit zu tun
        ^ so|das|dies|es|die|der stimmt|passt|geht|ist|war|funktioniert|gehort|reicht|hilft|klappt|macht|bringt|lauft|soll|sollte|darf|muss <adv>? <adv>? nicht
        das|so|es|die|der stimmt|passt|geht|funktioniert|gehort|reicht|klappt|lauft <adv>? <adv>? so nicht
        ^ so|das|dies ist|war <adv>? <adv>? falsch|quatsch|unsinn|blodsinn|murks|mist|kase|schlecht|unbrauchbar|ubertrieben|unnotig|verkehrt|overkill|umstandlich|veraltet|gefahrlich|hasslich|unleserlich
        ^ das|dies ist|war <adv>? <adv>? der|die|das|ein|eine|kein|keine falsche|falscher|falsches|schlechte|schlechter|losung|bugfix|fix|antwort|generierte|generierter|produktion
        ^ das ist|war <adv>? gar? kein|keine
        ^ das ** keinen sinn
        macht|ergibt <adv>? so? keinen sinn
        ^ stimmt|passt|geht|funktioniert|klappt|hilft|lauft <adv>? <adv>? nicht
        ^ geht|funktioniert|klappt immer|namlich|so|trotzdem
        ^ so <adv>? nicht
        ^ nicht so
        ^^ falsch $
        viel|deutlich|immer|etwas|echt|total|vollig|wieder zu <zu>
        ^ zu <zu>
        uberkompliziert|overengineered|overkill|ubertrieben|verschlimmbessert
        schon wieder ** $
        ^ schon wieder
        immer noch <adv>? nicht|derselbe|dieselbe|dasselbe|der|die|das|kaputt|falsch|rot|zu|kein|keine
        noch immer
        noch nicht ** behoben|gefixt|gelost|fertig|gut
        gleiche|selbe|gleichen|selben fehler|problem|mist|quatsch wie|wieder|nochmal|noch|schon
        derselbe|dasselbe fehler|problem
        gefallt|passt mir <adv>? <adv>? nicht
        gefallt|passt mir so nicht
        nicht einverstanden
        keine gute idee|losung
        schlechte idee
        ging|war|hat|lief ** vorher|vorhin|gestern
        <adv>? nicht , sondern
        sondern in|im|auf|die|den|das|der
        gehort|kommt|muss|soll in|ins|nach|auf|zu ** nicht in|ins|nach|auf|zu
        das gibt es <adv>? <adv>? schon|bereits
        gibt|haben|existiert|steht es|wir <adv>? <adv>? schon|bereits|langst
        war <adv>? anders|besser|richtig
        am ziel|thema vorbei
        thema verfehlt
        """,
        you=True,
    ),
    Sign(
        "a word of refusal",
        2,
        """
        ^^ nein|ne|nee|no|falsch|quatsch|stopp|stop|halt|warte|moment|hm|hmm|naja|och|ah|vorsicht|mensch|alter|ernsthaft
        ^^ na toll|super|klasse|prima|ja
        na toll|super|klasse
        \\??
        \\?!
        doch|nochmal|wieder|oder $
        ^^ aber
        zum x|wiederholten|letzten|zweiten|dritten mal
        """,
        asks=True,
    ),
    Sign(
        "you are told to stop or to take it back",
        4,
        """
        ruckgangig bitte|$
        ^ mach|mache|bitte ** ruckgangig
        ^ nimm|nehme ** zuruck|raus|weg|wieder
        ^ stell|stelle|dreh|roll|bau|bring ** zuruck
        ^ stell|stelle ** wieder her
        wieder weg|raus|zuruck|rein|her|ruckgangig ,|$|und|bitte
        ^ zuruck zu|zur|zum|auf|damit|bitte|$
        geh|gehen zuruck
        ^ lass ** sein|bleiben|weg|ruhe|so|wie|stehen|drin|raus|in
        ^ lass das|den|die|es|mal $|mit|sein
        finger weg
        hor|hore|horst ** auf
        ^^ schluss|genug|stopp|stop|halt mit|damit|jetzt|mal|nicht|das|du|falsche|falscher|falsches|$
        ^^ moment|warte|halt , du|das|nicht|da|die|so|ich|stopp|stop|der
        ^ verwirf|vergiss das|die|den|alles|es|deine
        von vorne|vorn
        ^ bleib bei|beim|dabei
        ^ mach das|es|die|den ** anders|richtig|ordentlich|neu|selbst|weg
        wie vorher|es|sie|vorhin|gehabt war
        so ,? wie es|vorher|ursprunglich war
        """,
        asks=True,
    ),
    Sign(
        "something else is wanted",
        2,
        """
        muss|soll|kann|konnen|sollen ** weg|raus|zuruck
        soll|sollte|sollen|muss|mussen <adv>? <adv>? bleiben|drin|erhalten
        ich will|mochte|brauche <adv>? <adv>? nicht|kein|keine|keinen
        in zukunft
        nicht ** , sondern
        existiert|existieren nicht|gar|uberhaupt
        ging|lief|funktionierte|klappte ** noch
        statt|anstatt|anstelle|stattdessen
        ^ nicht das|die|den|der|in|so|im|mit|auf|nur
        ^ nur die|den|das|der|ein|eine
        brauch|brauche|brauchen|braucht ** nicht|kein|keine|keinen
        brauchts|braucht es? nicht
        unnotig|uberflussig|sinnlos|ungefragt|unbrauchbar|doppelt
        gibts|gibt ** schon|bereits
        , nicht *
        reicht ** ein|eine|ne|n|nen|das
        reicht|genugt $
        eigentlich
        lieber
        bevor du
        wo ist|sind ** hin|geblieben|hingekommen
        mein|meine|meinen|meiner ** futsch|weg|verschwunden|uberschrieben|kaputt
        ^ kein|keine|keinen
        hatte|hatten ich|wir|gern ** gern|gerne|lieber
        falsche|falschen|falscher|falsches datei|ordner|branch|stelle|version|verzeichnis|zeile|tabelle|repo|seite
        doch
        ich wollte|erwarte|erwartete
        schau|guck|lies|pruf ** genau|richtig|nochmal|erst|selbst
        sollte|sollten|soll <adv>? <adv>? nicht|nur
        """,
        asks=True,
    ),
    Sign(
        "you are told how to work from now on",
        4,
        """
        in zukunft bitte|erst|nicht|immer|kein|keine|nur|vorher|,|$
        ein|einen commit|pr pro|je
        bei uns ** zuerst|erst|immer
        bevor du ** loslegst|anfangst|anderst|loschst|committest|pushst|machst|startest|schreibst|umbaust|installierst|anfasst
        wenn ich ** sage
        sag|zeig|erklar|frag|erklare|zeige|frage mir? erst|vorher|zuerst
        ab jetzt|sofort|heute|nun
        von jetzt|nun an
        kunftig|zukunftig|fortan
        nachstes|nachsten mal
        merk|merke dir|das
        denk|denke dran|daran ** immer|kunftig|in
        neue|feste|generelle|klare regel|vorgabe
        grundsatzlich|generell|prinzipiell
        gilt fur alle|alles|immer|jede|jeden|auch
        zum letzten|zweiten|dritten|hundertsten|tausendsten|wiederholten|x mal
        jedes mal wenn? du
        jedesmal wenn? du
        immer|jedesmal wenn|bevor du
        wenn|bevor|sobald du ** <imp>|frag|immer|erst|vorher|sag|musst|dann
        erst|vorher|immer fragen
        frag|frage mich? ** vorher|erst|bevor|zuerst|in
        fragst|zeigst|sagst|wartest|testest du ** vorher|erst|immer|mich|mir|zuerst
        nie|niemals wieder|mehr|ohne
        bitte nie|niemals|immer|stets
        <imp> ** nicht|nichts|kein|keine|keinen ** ohne|mehr|bevor
        kein|keine|keinen ** mehr $
        keine|kein|keinen * mehr
        bei uns ** nicht|immer|nie|kein|keine|wird|heisst|gilt
        wir schreiben|nutzen|verwenden|benutzen|machen|nehmen|committen|arbeiten|testen <adv>? hier|bei|immer|nie|grundsatzlich|keine|kein|nicht|nur|ausschliesslich
        in diesem|unserem projekt|repo|team ** wir|nie|immer|nicht|nur|kein|keine|wird
        ^ antworte|red|sprich|fass ** kurzer|knapper|auf|kurz|deutsch|dich
        ^ schreib|schreibe ** kurzer|knapper
        ^ halte|halt dich|die|deine ** an|kurz|knapp|klein|einfach
        """,
        standing=2,
        asks=True,
        you=True,
    ),
    Sign(
        "you are told what not to do",
        4,
        """
        ^^ <imp> ** nicht|nichts|kein|keine|keinen $
        ^^ bitte|auch|und bitte? nicht|kein|keine|keinen|nichts
        ^ bitte nicht|kein|keine|keinen|nichts|nie
        ^^ <imp> bitte? <adv>? nicht|kein|keine|keinen|nichts|nie
        ^^ nicht ** <dev>
        ^ nie|niemals|immer ** <imp>|<dev>
        <imp> <adv>? ** nie|niemals|immer|stets
        """,
        asks=True,
    ),
    Sign(
        "it is meant to last",
        0,
        """
        immer|nie|niemals|standig|dauernd
        hor|hore auf
        jedes|jede|jeden|jedesmal
        wir schreiben|nutzen|verwenden|benutzen|committen
        """,
        standing=1,
    ),
    Sign(
        "praise, an answer or a question",
        -6,
        """
        genau so|das
        du hast ** recht|gut|super|toll|gefunden|geschafft|gelost
        sehr|super|echt gut|schon|gemacht
        sieht|sehr|schaut gut|super aus
        gefallt mir $
        kein problem|thema|stress
        keine praferenz|vorgaben|vorgabe|weiteren|anderen
        keine ahnung|sorge|eile|frage|angst|panik
        ^^ noch nicht
        kannst|konntest|wurdest du ** erklaren|zeigen|beschreiben|auflisten
        ^ hat sich erledigt
        ^ sollten|sollen|sollte wir|ich|man
        noch keinen|nicht ** ich will|muss|mochte
        warte kurz , ich
        ^ erklar|zeig|sag|beschreib|fass ** was|warum|wie|welche du
        ^ was|welche|wie|wo|wann hast|hattest|wurdest|machst|meinst du ** \\?
        ^ kann|soll|sollte|wie|was man|nimmt
        """,
    ),
    Sign(
        "an answer",
        -12,
        """
        ^^ nein ,? danke
        ^^ nein , passt|alles|noch|nichts|einen|wir
        ^^ nein , das|ich|es|den|die|der|einen|eine|erstmal ** gut|ok|okay|danke|reicht|passt|egal|wars
        ^^ nein , den|die|das|einen|eine|ich|wir ** noch nicht
        """,
    ),
    Sign(
        "one's own mistake",
        -6,
        """
        mein fehler
        ^ ich hab|habe|hatte|bin <adv>? <adv>? die|das|den|aus|mich|einen|mir|im|in ** falsche|falschen|versehentlich|verklickt|vertippt|geloscht|gepusht|vertan|versehen|aktiv
        """,
        you=True,
    ),
    Sign(
        "a task",
        0,
        """
        ^^^ <task>
        ^^^ bitte <task>
        ^^^ kannst|konntest du <adv>?
        ^^^ wenn|falls|wie|was|welche|wer|wo|in
        ^^^ der|die|das|ein|eine|alle|jeder|jede * soll|sollen|muss|mussen|darf|durfen
        """,
    ),
)

TABLE = read_table(SIGNS, adv=_ADV, wronged=_WRONGED, did=_DID, verb=_VERB, zu=_ZU, imp=_IMP, task=_TASK, dev=_DEV)
