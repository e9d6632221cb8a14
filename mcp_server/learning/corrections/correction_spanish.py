# ruff: noqa: E501 - a phrase is one line
"""What people say in Spanish when they tell an agent that it did wrong or has to work another way.

Above the file-length cap because it is one table.
"""

from mcp_server.learning.corrections.phrases import Sign, read_table

_ADV = """
otra vez ya tambien solo siempre nunca todavia aun de nuevo completamente todo toda por muy bien expresamente claramente
varias veces dos tres mil antes te me lo la los las le se nos ahora vuelto a
"""
_WRONGED = """
borrado roto quitado eliminado olvidado ignorado tocado cambiado perdido saltado inventado confundido mezclado duplicado
renombrado movido sobrescrito pisado desactivado deshabilitado comentado estropeado equivocado pasado cargado modificado
reescrito reformateado dejado malinterpretado liado complicado fusionado subido commiteado metido omitido alterado
hardcodeado descartado danado destruido desviado
"""
_WRONGED_YOU = """
borraste rompiste quitaste eliminaste olvidaste ignoraste tocaste cambiaste perdiste saltaste inventaste confundiste
mezclaste duplicaste renombraste moviste sobrescribiste pisaste desactivaste comentaste estropeaste equivocaste pasaste
cargaste modificaste reescribiste dejaste malinterpretaste complicaste fusionaste subiste metiste omitiste alteraste
hardcodeaste malentendiste entendiste leiste fallaste mentiste
"""
_DID = "hecho puesto usado anadido agregado creado escrito instalado dicho dado elegido generado implementado probado"
_DID_YOU = "hiciste pusiste usaste anadiste agregaste creaste escribiste instalaste dijiste diste elegiste generaste"
_PRESENT = """
sigues vuelves insistes repites ignoras olvidas inventas confundes cambias borras tocas usas pones haces metes dejas
escribes agregas anades creas complicas asumes supones mezclas saltas rompes quitas llevas guardas pides respondes
"""
_SUBJ = """
toques borres cambies hagas uses metas pongas inventes anadas agregues crees modifiques vuelvas subas escribas instales
elimines quites renombres muevas asumas supongas comentes expliques repitas ejecutes lances mergees fusiones commitees
des digas pidas respondas generes dejes sigas refactorices formatees mockees dupliques pises uses utilices rompas saltes
toqueis hagais useis mezcles empieces
"""
_DEMASIADO = """
largo larga complicado complicada verboso verbosa lento lenta rebuscado enrevesado tecnico generico abstracto complejo
compleja largos largas paja texto codigo detalle rollo
"""
_TASK = """
anade agrega crea escribe haz implementa genera pon muestra muestrame explica explicame traduce convierte renombra extrae
reemplaza corrige revisa lista encuentra busca propone prepara redacta desarrolla configura instala ejecuta construye
refactoriza migra mueve compara analiza resume describe dame monta pasa sube arregla quiero necesito hazme
"""

SIGNS = (
    Sign(
        "you did something that was not wanted",
        4,
        """
        te lo|la|los|las has inventado
        te lo inventaste
        estas ~ando|~iendo otro|otra|el|la|lo problema|cosa|archivo|que|equivocado|equivocada
        solo has|<did_you>|<wronged_you>
        hayas hecho
        has|habeis|hayas|habias <adv>? <adv>? <wronged>
        te|lo|la|los|las|me|nos has|habeis|habias <adv>? <adv>? <wronged>
        <wronged_you>
        has vuelto a
        no has|habeis|hiciste|leiste|probaste|entendiste|respetaste|seguiste|miraste
        otra vez|nuevo has|<wronged_you>|<did_you>|<present>|estas|te|lo|la|con
        ya has|estas otra|vuelto
        estas ~ando|~iendo ** equivocado|equivocada|mal|otra|archivo|generado|que no|produccion
        ^ estas ~ando|~iendo ** ,? lo|no|la|el
        sigues|continuas ~ando|~iendo|sin|con|igual
        vuelves a
        insistes en
        llevas ** con|intentos|veces|rato|horas|vueltas
        siempre te|se|haces|olvidas|me|lo
        nunca haces|pruebas|lees|preguntas|me
        no entiendes|entendiste|escuchas|lees|respetas|sigues|tienes|debes|deberias|puedes|debias|tenias que|por|lo|hacer|nada|bien|haber
        te equivocas|confundes|olvidas|saltas|pasas|lias|repites|inventas
        te estas ~ando|~iendo
        deberias|debiste|tendrias|tenias|debias haber|que|de
        tenias que
        se suponia que
        estas equivocado|confundido|mezclando|inventando|asumiendo
        porque has|<wronged_you>|<did_you>
        tu codigo|cambio|solucion|version|respuesta ** mal|no|rompe|ignora
        por tu culpa
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "you did something",
        2,
        """
        ^ has <did>
        ^ <did_you>
        ^ estas ~ando|~iendo
        ^ lo|la|te|los|las has
        ^ tu|tus
        <present> ** otra|siempre|todo
        ^ ahora <present>
        que has|<did_you>
        """,
        you=True,
    ),
    Sign(
        "you are asked why you do it",
        4,
        """
        lineas|archivos|ficheros|clases nuevos? para un|una|esto|eso ** \\?
        de verdad necesitamos|hace|hacia
        hace falta de|todo|tanto verdad|esto|eso
        por que no simplemente|solo
        no seria|bastaba
        por que has|<wronged_you>|<present>|estas|no|te|me|siempre|lo|la|le <adv>? <wronged>|<wronged_you>|has|otra|el|la|los|las|mi|todo|~ando|~iendo|tanto|tantos|tantas|hiciste|siempre|esto|eso|cosas
        por que <wronged_you>|<did_you>
        por que ** otra vez
        por que ** de nuevo
        por que sigues|vuelves|insistes
        porque sigues|vuelves|insistes
        quien te lo? ha|dijo|pidio|mando|manda
        quien te
        de donde sacas|sacaste|has
        cuantas veces
        a que viene
        que haces
        no habiamos|quedamos|dijimos|acordamos ** quedado|dicho|acordado|en|que|no
        no te dije|pedi|habia|he|lo
        no ibamos a
        puedes|podrias dejar|parar de
        puedes|podrias deshacer|revertir|deshacerlo|revertirlo
        puedes|podrias volver atras
        en serio
        es broma
        has leido|probado|mirado|visto siquiera|lo|bien|acaso
        acaso
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "you were told otherwise",
        4,
        """
        te|os dije|pedi|comente|indique|explique|avise|mencione|adverti
        te he|habia|hemos|habiamos <adv>? dicho|pedido|comentado|explicado|avisado|indicado
        te lo dije|pedi|he|habia|adverti
        ya te|lo|os dije|he|habia|pedi|digo
        ^ dije|pedi
        yo dije|pedi|queria|decia|hablaba|no|preguntaba
        no te pedi|dije|he|pido|estoy|mande
        no pedi|queria|dije|era|quise|pedia ** eso|que|asi|tanto|un|una|esto|lo|nada
        me referia|refiero
        queria decir
        queria ** no|solo
        lo que te? pedi|dije|queria|quiero|pido|habia|he|hay
        eso|esto ** lo que te? pedi|dije|queria|quiero|pido|habia|he
        solo pedi|queria|necesitaba|te|dije
        habiamos|hemos quedado|dicho|acordado|hablado|decidido
        quedamos|acordamos en|que|con
        no es|era|fue lo|asi|eso|ese|esa|como
        como te|ya dije|he|habia|pedi|digo
        nadie te|ha|lo lo|ha|pidio|dijo|mando|pidio|dicho|pedido
        sin preguntar|preguntarme|consultar|consultarme|avisar|avisarme|permiso|pedir|pedirme|mi
        sin que te|yo lo? pida|pidiera|dijera|diga
        relee|vuelve|lee a|el|la|mi|bien|lo|otra ** leer|bien|mensaje|punto|pedido|peticion|vez|requisito|ticket
        lee|leete bien|otra
        crei|pensaba|pense|creia que habiamos|ibamos|estaba|lo|ya|era|quedo|usabamos
        no quiero|queria|necesito ** tanto|tantos|tanta|esto|eso|tu|tus
        """,
        asks=True,
        you=True,
    ),
    Sign(
        "that is not right",
        4,
        """
        nunca hablamos|dijimos|pedi|mencione|dije
        estaba|estaban|iba|iban <adv>? bien|mejor|correcto|correctos
        funcionaba|iba|andaba ** hace|antes|ayer
        hace una|un|dos|media hora|rato|dia|minutos|horas ** funcionaba|iba|andaba
        es una|un chapuza|parche|apano|desastre|lio
        hazlo bien|otra
        no veo ninguna|ningun|la|el|diferencia diferencia|cambio|mejora
        solo ** la mitad
        como en|el todo|el|resto resto|del|lo
        ^ esa|ese|esto|eso|esta|este es ** , no *
        nada que ver con
        deja fuera|quieto|en
        ^ eso|esto|asi|ese|esa|este|esta <adv>? no <adv>? es|era|va|esta|funciona|tiene|fue|sirve|vale|compila|corresponde|toca|me|cumple|arregla|responde|resuelve|hace|debe|deberia|puede|$|,|asi
        ^ asi no
        ^ no <adv>? era|es asi|eso|ese|esa|cierto|verdad|correcto|ahi|valido
        ^ no asi|eso|ese|esa|tan
        ^ eso|esto|esta|lo <adv>? esta|es|fue <adv>? mal|fatal|incorrecto|demasiado|absurdo|un|una|horrible|peor|inaceptable|ilegible|innecesario|falso|excesivo|exagerado|al|matar|basura
        ^ esta|sigue mal|roto|igual|fatal
        eso ** lejos
        ^ sigue|siguen sin|fallando|igual|dando|saliendo|mal|roto|apareciendo
        ^ todavia|aun falla|da|sale|sigue
        ^ todavia|aun no funciona|va|esta|compila|arranca|pasa
        <adv>? mismo|misma error|fallo|problema|cosa que|otra|de|$
        el error es identico|el
        ^^ no , no|asi|ese|esa|esto|te|hagas|usa|yo|dije|era|sin|mejor
        ^^ que no
        ^^ no no
        es|esta|fue|son demasiado|demasiada ,|$
        ^ demasiado|demasiada|demasiados|demasiadas
        ^ muy <demasiado>
        archivo|fichero|rama|carpeta|directorio|sitio|lugar|funcion|tabla|linea|version|metodo equivocado|equivocada
        otra vez con|el|la|lo|los|las|esto|eso
        mala idea
        no tiene|hace sentido|ningun
        no es buena|la idea|forma|manera|solucion
        no me gusta|convence|sirve|vale|parece
        ^ no funciona|sirve|compila|va|vale|arregla|hace $
        no estoy de acuerdo
        sobra|sobran
        antes funcionaba|iba|estaba|andaba
        funcionaba antes|bien|ayer
        al grano
        te fuiste|has|vas ido|por|de ** ramas|tema
        no viene|venia a
        ya existe|hay|esta|tenemos|existia|habia
        debia|tenia que quedarse|quedar|seguir|ser|ir
        """,
        you=True,
    ),
    Sign(
        "a word of refusal",
        2,
        """
        ^^ no|nop|para|frena|alto|espera|stop|basta|cuidado|uf|uff|ay|mmm|hmm|pero|che|ojo|tranquilo|momento
        ^^ un momento
        ^^ para ,
        \\??
        \\?!
        ^ pero
        otra vez $
        de nuevo $
        en serio
        mal $
        pues a|no
        ^ hombre|tio|joder|madre|venga|anda
        """,
        asks=True,
    ),
    Sign(
        "you are told to stop or to take it back",
        4,
        """
        ^ deshaz|deshazlo|deshace|deshacelo|revierte|reviertelo|reverti|revertilo|anula|cancela lo|eso|el|la|los|esto|todo|$|tu|tus
        ^ vuelve|vuelvelo|volve|regresa|volvamos al|atras|como
        ^ vuelve|volve a la|lo|como|poner|dejar|usar|ponerlo|dejarlo
        ^ devuelvelo|restauralo|recuperalo
        ^ restaura|recupera mi|mis|lo
        ^ ponlo|dejalo|ponla|dejala|dejalos|ponme|dejame|pon|deja ** estaba|paz|era|antes|original
        como estaba|era|antes $
        tal como estaba
        ^ quita|quitalo|quitame|saca|sacalo|borra|elimina eso|esto|tu|tus|esos|esas
        ^ deja|dejad|para|parad de ~ar|~er|~ir|~arme|~irme|~erte|~arte|~irte
        ^ basta|ya de|basta|esta|vale
        ^^ para|frena|alto|espera|stop|basta|detente , para|frena|que|no|ese|esa|eso|estas|has|quieto|alto|espera|te
        ^^ para|frena|detente|basta $
        ^ olvida|olvidate eso|de|lo|el|la|todo
        ^ deja|dejalo|dejala|no en|toques paz
        ^ empieza|hazlo|repitelo|rehaz|rehazlo de|otra|desde cero|nuevo|vez|el
        ^ mejor no|vuelve|deja|dejalo
        ni se te ocurra
        manos fuera
        """,
        asks=True,
    ),
    Sign(
        "something else is wanted",
        2,
        """
        al reves
        va|van|debe|tiene ** , no
        preferiria|prefiero que
        ^ otra vez
        sino en|el|la|que|los|un|una
        no existe|existen
        en vez|lugar de
        , no *
        no hace falta
        no necesito
        innecesario|innecesaria|sobra
        antes de
        solo el|la|los|las|un|una
        donde esta|estan ** mi|mis
        mi|mis codigo|cambios|trabajo|comentarios
        fijate|mira|revisa|lee|comprueba bien|primero|antes|otra|la
        mejor
        deberia|debia|tenia
        yo lo|la|no|haria
        ^ usa|utiliza ** no
        quiero que
        bastaba|basta|bastaria|alcanza|sobra
        cambia de
        ahora no|esta|falla|da
        """,
        asks=True,
    ),
    Sign(
        "you are told how to work from now on",
        4,
        """
        un commit|pr por
        aqui|aca|nosotros primero|siempre|nunca
        antes de que empezar|empieces|toques|cambies|borres|lanzarte
        cuando digo
        de|desde ahora|hoy|aqui|ahi|este en|momento adelante
        de ahora|hoy|aqui en adelante
        a partir de
        la proxima vez
        en el? futuro|adelante
        ^ en adelante
        recuerda|acuerdate|recorda|acordate que|de|siempre
        apuntalo|apunta|anota|anotalo|apuntatelo|tenlo ** todo|siempre|proximas|cuenta|esto|proyecto
        nueva regla|norma
        por ultima|enesima|tercera|segunda|cuarta|decima vez
        cada vez que
        siempre que
        antes de darme|dar|hacer|tocar|subir|borrar|cambiar|commitear|escribir|decir|empezar ** quiero|preguntame|pregunta|avisame|ensename|muestrame|siempre|consulta|lee|ejecuta|pasa|me|,
        preguntame|consultame|avisame|ensename|muestrame ** antes|primero|siempre
        pregunta antes|primero
        me preguntas|avisas|consultas|ensenas|muestras
        debes|tienes siempre|que ** siempre|nunca|antes
        no quiero ver|volver
        vale|va|aplica para tambien|todo|todos|todas
        como norma|regla
        por norma|regla general
        responde|contesta|habla|escribe ** en|mas espanol|ingles|corto|breve
        ^ se|sea mas
        """,
        standing=2,
        asks=True,
        you=True,
    ),
    Sign(
        "you are told what not to do",
        4,
        """
        ^ no me|te|lo|la|le|les|los|las|nos? <subj>
        nunca|jamas me|te|lo|la|le|les|los|las|nos? <subj>
        ^ siempre ~a|~e|haz|pon|usa
        nada de *
        ^ evita|eviten ~ar|~er|~ir|el|la|los|las|que
        aqui|aca|nosotros ,? usamos|no|nunca|siempre|escribimos|hacemos
        en este|esta proyecto|repo|repositorio|equipo|casa ** usamos|no|nunca|siempre|solo
        usamos|escribimos|hacemos siempre|solo|nunca|aqui
        no usamos|hacemos|escribimos|subimos
        """,
        asks=True,
    ),
    Sign(
        "it is meant to last",
        0,
        """
        siempre|nunca|jamas
        cada vez
        ^ deja|para de
        no mas
        todo el proyecto
        en este proyecto|repo
        """,
        standing=1,
    ),
    Sign(
        "praise, an answer or a question",
        -6,
        """
        justo|exactamente|perfecto|precisamente ,? justo? lo que
        justo asi
        muy bien|buen|bueno
        todavia no|aun no $
        todavia|aun no tenemos|tengo|hay|he|hemos|lo|se
        no hace falta ,
        no hay|tengo prisa|problema|preferencia|idea
        no te preocupes
        no pasa nada
        tienes|tenes razon
        ^ explica|explicame|dime|cuentame|ensename|muestrame ** que|como|por|lo
        ^ que|cual|cuales|como|donde|cuando <adv>? has|hiciste|usaste|estas|propones|recomiendas|harias ** \\?
        por que se
        por que elegiste|usaste|preferiste
        por que has elegido|usado|preferido
        eso es todo
        no lo? se ,|$|todavia|aun
        ya lo|la encontre|tengo|vi
        """,
    ),
    Sign(
        "it is only put off",
        -4,
        """
        todavia|aun ,|$
        espera un momento|segundo|poco
        """,
    ),
    Sign(
        "an answer",
        -12,
        """
        ^^ no ,? gracias
        ^^ no , todavia|aun|ninguna|ninguno|nada|tenemos|tengo|hay
        ^^ no , de momento
        ^^ no , por ahora
        ^^ no , esta bien
        ^^ no , no hace|hay|tenemos|tengo
        ^^ no lo? se
        """,
    ),
    Sign(
        "one's own mistake",
        -6,
        """
        fallo|error|culpa mio|mia
        meti la pata
        me equivoque|confundi|equivocado
        mi|por culpa|error|mi
        fue culpa mia
        he metido la
        """,
        you=True,
    ),
    Sign(
        "a task",
        0,
        """
        ^^^ <task>
        ^^^ puedes|podrias|podemos ~ar|~er|~ir|~me|~lo
        ^^^ si|cuando|que|cual|como|en|donde|quien
        ^^^ un|una|cada|los|las ** debe|deben|puede|pueden|tiene|tienen
        ^^^ el|la * debe|puede|tiene|no
        """,
    ),
)

TABLE = read_table(
    SIGNS,
    adv=_ADV,
    wronged=_WRONGED,
    wronged_you=_WRONGED_YOU,
    did=_DID,
    did_you=_DID_YOU,
    present=_PRESENT,
    subj=_SUBJ,
    demasiado=_DEMASIADO,
    task=_TASK,
)
