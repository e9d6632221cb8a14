# ruff: noqa: E501 - a phrase is one line
"""What people say in French when they tell an agent that it did wrong or has to work another way.

Above the file-length cap because it is one table.
"""

from mcp_server.learning.corrections.phrases import Sign, read_table

_ADV = """
encore toujours deja juste bien tout meme pourtant aussi vraiment simplement seulement completement la donc alors
explicitement clairement pas trop mal rien jamais plus totalement carrement tous toutes souvent sans complement
"""
_WRONGED = """
oublie supprime casse efface ecrase change modifie ignore saute rate vire enleve retire perdu renomme deplace confondu
melange invente touche duplique desactive commente contourne detruit zappe loupe manque plante abime bousille pete
fusionne pousse commite committe reecrit reformate reintroduit introduit complique denature deborde derape
interprete trompe plante gache ruine remplace laisse abandonne force vide fausse code bidouille triche devine suppose
"""
_DID = "ajoute fait mis pris ecrit utilise installe cree lance repondu dit donne genere choisi rajoute promis affirme"
_VERB = """
continues persistes recommences refais oublies ignores inventes confonds melanges compliques repetes supprimes casses
touches changes modifies reecris ajoutes mets utilises fais ecris remets renommes sautes deplaces effaces commites
pousses passes prends crees devines supposes excuses laisses generes proposes expliques reponds veux dis
"""
_SUBJ = """
touche fais mets change modifie utilise ajoute supprime commite pousse cree ecris invente refais efface lance deplace
renomme reecris t te me genere installe mocke merge laisse reponds explique donne propose code devine passe
"""
_TROP = """
long longue verbeux verbeuse complique compliquee bavard lourd lent technique vague abstrait tot detaille gros court
complexe generique compliques longs charge rigide alambique
"""
_TASK = """
ajoute cree ecris fais implemente genere mets montre explique traduis convertis renomme extrait extrais remplace corrige
verifie liste trouve cherche propose prepare redige developpe configure installe lance construis refactore migre
deplace compare analyse resume decris donne
"""

SIGNS = (
    Sign(
        "you did something that was not wanted",
        4,
        """
        tu l as inventee|invente|inventes|cassee|supprimee|oubliee|changee|ecrasee
        tu ** un|une autre|mauvais|mauvaise|mauvaises
        tu n as ** que
        tu as seulement|juste
        quoi que tu aies
        tu|t as|avais <adv>? <adv>? <wronged>
        tu|t nous|m|me|l as <adv>? <wronged>
        tu|t n? as <adv>? pas|rien|jamais
        tu|t n? avais <adv>? pas
        tu|t as ** de|une|a nouveau|encore
        tu <verb> <adv>? encore|toujours|trop|n
        tu <verb> ** chaque|sans|alors|au lieu|encore
        tu n? <adv>? comprends|ecoutes|lis|respectes|tiens pas
        tu te|t es|trompes|plantes|egares|entetes|obstines|repetes|melanges|perds
        tu t es <adv>? <adv>? trompe|plante|egare|perdu|emballe|arrete
        tu pars|vas|tournes|passes|regardes|travailles|edites|modifies ** mauvaise|mauvais|rond|cote|loin|sens|vrille
        tu es|t ** en train de
        tu es|etais cense|censee
        tu devais|devrais|aurais|aurait|aurais pu|du|d|pas
        tu devais|devrais|aurais
        tu n? as|avais pas a
        tu n? dois|peux pas
        tu continues|persistes|recommences
        a cause de toi
        parce que tu as|t
        ton|ta|tes ** faux|fausse|cassee|casse|nul|inutile|inutiles
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "you did something",
        2,
        """
        ^ tu|t as
        ^ tu <verb>
        ^ ton|ta|tes
        que tu as|t <did>|<wronged>
        """,
        you=True,
    ),
    Sign(
        "you are asked why you do it",
        4,
        """
        lignes|fichiers|classes pour un|une|ca|si ** \\?
        a quoi bon|ca
        on a vraiment besoin
        c est vraiment necessaire|utile
        pourquoi pas simplement|juste
        pourquoi est? ce? que? tu|t <verb>|as|n|es|me|te|m|l|supprimes|y <adv>? <wronged>|encore|toujours|tout|le|la|les|un|une|des|pas|ce|cette|ca|au
        pourquoi as tu <wronged>
        pourquoi avoir <wronged>
        pourquoi tu
        pourquoi <verb> tu
        pourquoi il y a encore
        pourquoi ** encore|toujours $
        qui t a|avait dit|demande|parle
        qu est ce que tu fais|fabriques|fous
        c est quoi ce|cette|ces|encore
        combien de fois
        ou est ce? que? j ai|tu as|vois
        tu te moques|fiches|fous
        tu plaisantes|rigoles|deconnes|delires
        tu as|t <adv>? au moins|seulement|meme|vraiment lu|teste|lance|regarde|verifie|compris
        on n? avait|avais|etait pas dit|convenu|decide|vu
        on devait|devrait pas
        est ce qu on|que n? avait pas
        peux|pourrais tu arreter|remettre|revenir|eviter
        tu peux|pourrais arreter|annuler|remettre|revenir|eviter
        tu pourrais ne
        serieusement|serieux \\?
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "you were told otherwise",
        4,
        """
        je|j te|t|vous|l ai|avais|avions <adv>? <adv>? dit|demande|explique|precise|signale|prevenu|parle|rappele
        je te|t l ai|avais <adv>? dit|demande|explique|precise
        j ai|avais <adv>? <adv>? dit|demande|precise|ecrit|parle|mentionne|pas|rien|jamais ** de|que|sans|pas|une|un|le|la|juste|demande|dit|,|$
        je n? ai|t|avais <adv>? pas|jamais|rien ** dit|demande|voulu|parle
        j ai rien|jamais <adv>? demande|dit
        comme je|j te|l|t|ai|disais|disait
        comme dit|convenu|prevu|demande
        je parlais|disais|pensais|faisais ** du|de|des|a|allusion|pas
        je voulais ** pas|juste|seulement|trois|deux
        je voulais dire
        je croyais|pensais qu|que on|tu|nous|c|l
        je demandais|demande juste|seulement|pas
        j attendais|voulais|aurais <adv>? <adv>? autre|prefere|voulu|aime|mieux
        ce que j ai|avais demande|dit|ecrit|precise
        ce que je demandais|demande
        c est|etait <adv>? pas ce que|qui
        pas ce|celui|celle|ca que|qui j|je|on
        on avait|etait <adv>? dit|convenu|decide|parti|partis|mis|entendu
        on s etait|est mis|entendu|dit
        personne|on ne? t|te a|avait|l demande|dit
        relis|lis|reprends ma|mon|mes|le|la|bien|les|ce ** demande|point|consigne|consignes|message|question|ticket|spec|fois|attentivement|bien|ligne|page
        relis ma|mon|mes|bien|ce|le|la|les
        sans me|m|nous demander|prevenir|consulter|avertir|en|dire|avoir
        sans demander|prevenir|mon|ma|mes|autorisation|validation
        sans que je|j
        il ne? fallait|faut pas
        fallait pas
        il fallait
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "that is not right",
        4,
        """
        ^ encore faux|rate|perdu|ces|ce|cette
        ^ encore le|la|les meme|memes
        fais|refais ** correctement|proprement ,|$
        ca marchait|fonctionnait|tournait|passait
        il n? a jamais ete|question
        jamais ete question
        etait|etaient <adv>? <adv>? bien|bons|bonnes|mieux|parfait|parfaits|correct|corrects|tres
        c est du|un|une bricolage|bidouille|rustine|hack|n
        je ne? vois aucune|aucun|pas difference|changement|de|la|le
        que la moitie
        comme partout|le ailleurs|reste
        en dehors de ca|cela
        ^^ c|ce|ca|cela est|etait ** , pas *
        rien a voir avec
        ^ c|ce|ca|cela|ceci n? est|etait|sert|marche|va|fait|correspond|repond|resout|colle|fonctionne|tient|passe|regle|suffit|compile|me <adv>? <adv>? pas|rien|plus|aucun
        ^ c est|etait <adv>? <adv>? faux|trop|nul|moche|n|pire|casse|incorrect|illisible|absurde|inutile|idiot|mauvais|mauvaise|mal|l|exagere|surdimensionne|inverse|bancal|incomprehensible|dangereux|une|un ** $
        ^ c est|etait <adv>? <adv>? faux|trop|nul|moche|pire|casse|incorrect|illisible|absurde|inutile|idiot|mal|exagere|n
        c|ce n? est|etait pas <adv>? ca|bon|correct|juste|vrai|acceptable|normal|la|le|comme|possible|ce|necessaire|demande|fini|regle|corrige|clair|suffisant|assez
        ca ne? marche|fonctionne|va|compile|passe|change|resout|aide|sert <adv>? <adv>? pas|rien
        ^ ca casse|plante|bugue
        ^ pas <adv>? comme|ca|celui|celle|ce|cette|la|le|dans|si|tout
        ^^ non , pas|je|tu|on|ca|en|dans|ce|utilise|prends|garde|laisse
        ^^ non , non
        ^^ non mais|non
        ^ euh|ah|mais|bah|ben non
        ^^ faux
        ^^ mauvais|mauvaise
        mauvais|mauvaise fichier|branche|dossier|endroit|version|table|methode|fonction|ligne|base|depot|repertoire|direction|piste $
        beaucoup|bien|vraiment|un|largement|encore peu? trop
        ^ trop <trop>
        c|ca est|etait|fait <adv>? trop
        toujours pas
        toujours|encore la|le|les|une|un meme|memes|erreur|bug
        meme erreur|probleme|bug|chose|resultat qu|que|encore|toujours|$
        n importe quoi
        mauvaise idee
        pas une bonne idee
        pas d accord
        hors sujet
        a cote de la
        ca n? a aucun|pas|rien
        le but n? est|etait
        n? est|etait pas le but|sujet|demande|question
        usine a gaz
        ca suffit
        marchait|fonctionnait|etait <adv>? <adv>? avant|mieux|bon
        ne|n me|plait|convient plait|convient|va pas
        me plait|convient|va pas
        devait|devaient rester|etre|garder|aller ** ,? pas
        devait|devaient <adv>? rester|etre
        """,
        you=True,
    ),
    Sign(
        "a word of refusal",
        2,
        """
        ^^ non|nan|stop|attends|attention|faux|bof|serieux|doucement|minute|oula|ouh|hmm|euh|mouais
        \\??
        \\?!
        ^^ mais
        ^ par contre
        encore|quand une|meme fois
        ^ franchement|serieusement
        la $
        """,
        asks=True,
    ),
    Sign(
        "you are told to stop or to take it back",
        4,
        """
        ^^ annule $|ca|tout|cette|ce|ces|tes|ta|ton|la|le|les|et|moi
        ^^ annuler $
        ^ reviens|repars en|a|au|sur|aux|arriere|de
        ^ revenir|retour en|a arriere|la|l|ce
        ^ remets|remet ca|comme|mes|mon|tout
        ^ remets|remet ** avant|ancien|ancienne|place|version|etait|etat
        ^ retablis|defais|revert|rollback
        ^ restaure|recupere mon|ma|mes
        ^ retire|enleve|vire|supprime|jette ca|moi|tes|ta|ton
        ^ arrete|arretez|cesse ,|de|d|avec|ca|tes|$
        ^ arrete|stop moi|immediatement|maintenant|tout
        ^^ stop ,|$|tu|avec|la|on|ne|n|c|pas|ca
        ^^ attends ,|tu|c|non|pas|avant|je|on|ne
        ^ oublie ca|tout|cette|ce|la|le|les|l|graphql
        ^ laisse ** tranquille|comme|tomber|tel|telle|tels|etait|dehors
        ^ laisse ca|le|la|les|mon|ma|mes
        ^ touche pas|plus
        ^ garde|conserve ** comme|tel|telle|original|originale|existant|ancien|ancienne
        ^ refais|recommence ,|$|ca|mais|depuis|proprement
        comme avant|c|il c? etait|avant
        comme c etait
        finalement non|pas
        ^ on revient|annule|oublie|laisse|arrete
        bas les pattes
        """,
        asks=True,
    ),
    Sign(
        "something else is wanted",
        2,
        """
        pas * mais
        existe|existait deja
        je ne? veux|voulais|souhaite <adv>? pas|plus|jamais
        pas dans|sur|avec|en ** , dans|sur|avec|en|mais
        n existe|existent pas
        marchait|fonctionnait|tournait|passait ** avant|hier|encore
        au lieu
        plutot que|qu|$
        plutot
        , pas *
        ^ pas *
        pas la peine
        pas besoin
        inutile|inutiles|superflu|superflus
        il y a deja
        avant de|que
        ^ juste|seulement|uniquement le|la|un|une|les
        ou est|sont passe|passee|passes|mon|ma|mes
        mon|ma|mes travail|code|modifs|modifications|commentaires|fichier
        je voulais|veux|prefere|prefererais|attendais
        on ne? fait|utilise|met|ecrit <adv>? pas|plus|que
        on a|utilise ** deja
        il suffit|suffisait|suffirait
        suffit|suffisait|suffirait
        toi meme
        trop
        ^ moins|plus de|simple|court|concis
        regarde|verifie|lis ** d|avant|mieux|bien
        """,
        asks=True,
    ),
    Sign(
        "you are told how to work from now on",
        4,
        """
        un commit|pr par
        avant de te|d lancer|agir
        quand je dis
        montre|explique|demande moi|d ** avant de|que
        desormais|dorenavant
        a l avenir
        a partir|compter de|d maintenant|aujourd|la
        la prochaine fois
        plus jamais
        retiens|note|souviens|rappelle toi|que|bien|t|le
        souviens|rappelle toi
        nouvelle regle|consigne
        pour la derniere|deuxieme|troisieme|quatrieme|dixieme|centieme|enieme fois
        chaque fois que
        une bonne fois pour
        tu dois <adv>? toujours|jamais|me|d|demander
        tu me? <verb>|demandes|montres|previens|dis|attends ** avant|d
        tu demandes
        demande|montre|previens|dis|attends moi? ** avant|d abord|de
        avant de|d ** , tu
        ^ reponds|ecris|parle|redige ** en francais|anglais|plus|moins
        ^ sois <adv>? concis|bref|precis|prudent|direct
        vaut pour|aussi tout|toutes|tous|chaque
        en regle generale
        """,
        standing=2,
        asks=True,
        you=True,
    ),
    Sign(
        "you are told what not to do",
        4,
        """
        chez nous
        ^ ne|n <subj> ** pas|plus|jamais|rien
        ^^ <subj> <adv>? pas|plus|jamais
        ^^ merci de ne
        ^^ evite de|d
        ^ pas de|d * ,|$|dans|ici|sans
        ^ plus de|d * ,|$|dans|ici|sans
        ^ jamais|toujours
        jamais|pas|plus de|d|un|une|en ** sans
        ^ jamais|toujours * $
        dans ce projet|depot|repo , on|tu
        ici ,? on
        on ne? fait|utilise|met|ecrit|touche|commite|pousse <adv>? pas|plus|jamais
        on <adv>? fait|utilise|met|ecrit|commite|prend toujours|jamais
        """,
        asks=True,
    ),
    Sign(
        "it is meant to last",
        0,
        """
        toujours|jamais
        a|chaque chaque|fois
        ^ arrete de|d|avec
        on n? utilise|fait|met
        evite
        """,
        standing=1,
    ),
    Sign(
        "it is about this once",
        0,
        """
        ca ne? marche|fonctionne toujours
        toujours pas
        toujours le|la|les
        """,
        standing=-1,
    ),
    Sign(
        "praise, an answer or a question",
        -6,
        """
        ce que je voulais|cherchais|attendais $
        exactement|parfait|pile|justement ce ** voulais|attendais|fallait
        exactement|parfaitement|justement ca|$
        tu as|t <adv>? raison|assure|bien|trouve|reussi
        pas mal
        pas encore
        pas de souci|soucis|probleme|preference|contrainte
        aucune|aucun idee|preference|souci|probleme
        c est tout|bon
        j ai trouve
        a toi de
        ^ explique|dis|montre|decris|raconte ** que|comment|pourquoi|quoi
        ^ comment|quel|quelle|quoi|que|qu|quand ** as|tu ** \\?
        qu est ce que tu as|t|proposes|penses|recommandes
        pourquoi ne pas
        pourquoi tu as choisi|prefere|opte
        """,
    ),
    Sign(
        "it is only put off",
        -4,
        """
        attends|attendez une|deux|un minutes|minute|instant|peu
        """,
    ),
    Sign(
        "an answer",
        -12,
        """
        ^^ non merci
        ^^ non ,? c est bon|tout
        ^^ non , merci|rien|aucun|aucune|personne
        ^^ non , pas de|d|encore|vraiment
        ^^ non , je|on|il|ca ** encore|merci|preference|besoin|aucune|aucun|idee
        ^^ non , ca va
        """,
    ),
    Sign(
        "one's own mistake",
        -6,
        """
        au|autant temps? pour moi
        ma faute|erreur
        c|c est|etait moi
        j ai fait une
        je me suis trompe
        ^ j ai <wronged>
        """,
        you=True,
    ),
    Sign(
        "a task",
        0,
        """
        ^^^ <task>
        ^^^ peux|pourrais tu
        ^^^ tu peux|pourrais <task>
        ^^^ il me|nous? faudrait|faut
        ^^^ je voudrais|veux|aimerais un|une|que|ajouter
        ^^^ si|quand|comment|dans|quel|quelle|un|une
        ^^^ le|la|les|l|un|une ** doit|doivent|peut|peuvent|faut
        """,
    ),
)

TABLE = read_table(SIGNS, adv=_ADV, wronged=_WRONGED, did=_DID, verb=_VERB, subj=_SUBJ, trop=_TROP, task=_TASK)
