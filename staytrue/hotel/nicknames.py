"""Short and familiar forms of given names, by language: small tables of common knowledge.

A line is one name: the full form first, then what people of that name are called or how the name
is written in other languages. A short form may belong to several names.
"""

from __future__ import annotations

from functools import cache

_ENGLISH = """
alexander alex alec sandy xander; alexandra alex sandra sandy lexi; andrew andy drew;
anthony tony; benjamin ben benny; catherine katherine kathryn cathy kathy kate katie kitty kay;
charles charlie chuck chas; christopher chris kit topher; christine christina chris chrissie tina;
daniel dan danny; david dave davey; deborah debbie deb; donald don donnie; dorothy dot dottie dolly;
edward ed eddie ted teddy ned; eleanor ellie nell nora; elizabeth liz lizzie beth betty betsy eliza
libby lisa; emily em emmy; frances fran frankie; francis frank frankie; frederick fred freddie;
geoffrey jeffrey geoff jeff; george georgie; gerald gerry jerry; gregory greg; harold harry hal;
henry harry hank hal; isabella isabel bella izzy; jacob jake; james jim jimmy jamie;
jennifer jen jenny; jessica jess jessie; john johnny jack jon; jonathan jon jonny; joseph joe joey;
joshua josh; judith judy; kenneth ken kenny; lawrence laurence larry; leonard leo len lenny;
lewis louis lou lewie; margaret maggie meg peggy madge marge greta rita; martha marty; mary molly
polly may; matthew matt; michael mike mick mickey; nathaniel nathan nate nat; nicholas nick nicky;
oliver ollie olly; pamela pam; patricia pat patty tricia trish; patrick pat paddy; penelope penny;
peter pete; philip phillip phil; raymond ray; rebecca becky becca; richard dick rick ricky rich;
robert bob bobby rob robbie bert; ronald ron ronnie; rosemary rose rosie; samuel sam sammy;
samantha sam sammy; sarah sara sally sadie; stephen steven steve; susan susanna sue susie suzanne;
theodore ted teddy theo; theresa teresa terry tess tessa; thomas tom tommy; timothy tim timmy;
victoria vicky tori; vincent vince vinny; virginia ginny; walter walt wally; william bill billy will
willy liam; zachary zach zack; abigail abby gail; albert al bert; alfred alf fred; arthur art artie;
amanda mandy; caroline carrie carol lina; clifford cliff; ernest ernie; eugene gene; florence flo
florrie; gabrielle gaby gabby; harriet hattie; hannah annie; jane janey jenny jean; joan joanie;
laura laurie lori; lillian lily lil; louisa louise lou; lucy lucinda; maximilian max; melissa mel
missy; minnie wilhelmina mina; nancy ann; phoebe fibi; ralph raph; reginald reg reggie; rodney rod;
russell russ; stanley stan; sylvia sylvie; ursula ulla; veronica ronnie vera; winifred winnie
"""
_FRENCH = """
alexandre alex; anne annie nanette; antoine toine tonio; aurelie lili; benoit ben; catherine cathy
kathy; christophe chris; dominique dom domi; edouard ed doudou; elisabeth babette lise elise;
emmanuel manu; emmanuelle manu; francois fanfan; francoise fanchon soizic; frederic fred;
frederique fred; gabriel gaby; genevieve ginette viviane; gerard gege; guillaume guigui will;
jacqueline jacquie; jacques jacquot jacky; jean jeannot; jeanne jeannette jeanine; joseph jojo jose;
laurence lolo; madeleine mado madelon; marcel marcelin; marguerite margot; marie mariette manon;
mathieu matthieu mat; maximilien maxime max; michel mimi; nathalie nat nath; nicolas nico;
patrice pat; philippe phil; pierre pierrot; raphael raph; sebastien seb; stephane steph; stephanie
steph; sylvain sly; theophile theo; thierry titi; valerie val; veronique vero; vincent vince
"""
_SPANISH = """
alberto beto; alejandro alex jandro; alejandra ale sandra; antonio tono toni; beatriz bea;
carmen carmina menchu; carolina caro; concepcion concha conchita; consuelo chelo; cristina cris;
cristobal tobal; daniel dani; dolores lola loli; eduardo edu lalo; enrique quique kike; federico
fede; fernando nando fer; francisco paco pancho fran curro kiko; francisca paca paqui; gabriel gabi;
gregorio goyo; guadalupe lupe; guillermo guille memo; ignacio nacho inaki; isabel isa chabela;
jaime jimmy; jesus chus chuy; joaquin quino ximo; jose pepe pepito chepe; josefa pepa pepi; juan
juanito; juana juanita; laura lauri; luis lucho; manuel manolo manu lolo; manuela manoli; mercedes
merche; miguel miguelito migue; montserrat montse; nicolas nico; pablo pablito; patricia patri;
pedro perico; pilar pili; rafael rafa; ramon moncho; ricardo richi; roberto beto; rocio chio;
rosario charo; salvador salva; santiago santi yago; sebastian sebas; sergio checo; susana susi;
teresa tere maite; tomas tomi; vicente chente; victoria vicky; inmaculada inma; encarnacion encarna
"""
_GERMAN = """
adelheid heidi heide; alexander alex sascha; andreas andi; angelika geli; anna anne anni aennchen;
barbara babs baerbel; benjamin ben benni; brigitte gitte gitti birgit; christian chris; christine
christl tina; dieter didi; dorothea dorle thea; eberhard hardi; elisabeth elsbeth elli lisbeth liesl
else lisa; ferdinand ferdi; franz franzl; franziska franzi; friederike rike; friedrich fritz friedel;
gabriele gabi; georg schorsch; gerhard gerd; gertrud trudi trude; guenter guenther guenni; hans
hansi johann johannes; heinrich heinz heiner; helene leni; hildegard hilde; ingeborg inge; irmgard
irmi; jakob jockel; joachim jochen achim; johanna hanna hanni; josef joseph sepp jupp; juergen joerg;
karl karli kalle; katharina kathi katja kaethe katrin; klaus nikolaus niklas; konrad konni; kurt;
leonhard leo; ludwig lutz wiggerl; magdalena leni magda lena; margarete margarethe grete gretel greta
margret; maria mia mitzi; martin maertin; matthias hias matze; maximilian max maxi; michael michi
michel; monika moni; peter peterle; reinhard reini; rosemarie rosi; rudolf rudi; sabine bine; sebastian
basti wastl; siegfried sigi; stefan stephan steffen; susanne susi sanne; theresia resi thesi; thomas
tom; tobias tobi; ulrich uli; ulrike uli rike; ursula uschi ursel; walter; werner; wilhelm willi;
wilhelmine minna; wolfgang wolf wolfi
"""
_ITALIAN = """
alessandro sandro ale; alessandra sandra ale; antonio tonino nino toni; antonella nella; bartolomeo
meo; beatrice bice bea; caterina rina cate; daniele dani; domenico mimmo mico; eduardo edo; eleonora
nora; elisabetta betta lisa; emanuele manu lele; enrico rico; federico fede chicco; federica fede;
filippo pippo; francesco franco checco ciccio; francesca franca checca; gabriele lele; gaetano tano;
gennaro rino; giacomo mino; gian gianni; giovanni gianni vanni nanni; giovanna gianna vanna; giuseppe
beppe peppe peppino pino; giuseppina pina giusi; giulia giuly; lorenzo renzo; ludovico vico; luigi gigi
gino; luigia gina; margherita rita; maria mariuccia; matteo teo; michele lele; nicola nico; raffaele
lele; roberto robi; salvatore totò turi toto; stefano ste; teresa resi; tommaso maso tommy; umberto
berto; vincenzo enzo cenzo; valentina vale; vittorio vito
"""
_PORTUGUESE = """
alexandre xande alex; ana aninhas; antonio toino toze; augusto guto; carlos carlinhos caca; catarina
cata; daniel dani; eduardo edu dudu; fernando nando; filipe lipe; francisco chico xico quico; gabriel
biel gabi; goncalo gonga; guilherme gui; gustavo guga; helena lena; henrique rique kiko; isabel bela
belinha; joao joaozinho jonas; joana joaninha; joaquim quim; jose ze zeca zezinho; leonardo leo;
leonor nono; luis lula luisinho; manuel manel maneco; margarida guida magui; maria mariazinha; mariana
nana; miguel migas; pedro pedrinho; rafael rafa; ricardo cardo; roberto beto; sebastiao tiao; susana
susy; teresa te teresinha; tiago ti; vicente vi
"""
# One name in several languages: a passport says one, the guest books with the other.
_ACROSS = """
john jean juan johann johannes giovanni joao jan ivan; james jacques jaime giacomo jakob jacob tiago;
william guillaume guillermo wilhelm guglielmo guilherme willem; charles carlos karl carlo;
peter pierre pedro pietro piotr; paul pablo paolo paulo; michael michel miguel michele mikael;
george georges jorge georg giorgio; henry henri enrique heinrich enrico henrique;
joseph jose josef giuseppe; francis francois francisco franz francesco; louis luis ludwig luigi;
anthony antoine antonio anton; andrew andre andres andreas andrea; mary marie maria;
catherine katharina caterina catarina catalina; elizabeth elisabeth isabel elisabetta;
margaret marguerite margarita margarete margherita margarida; helen helene elena helena;
alexander alexandre alejandro alessandro; stephen stephane esteban stefan stefano estevao;
nicholas nicolas nikolaus nicola nicolau; matthew mathieu mateo matthias matteo mateus;
lawrence laurent lorenzo lourenco lorenz; philip philippe felipe philipp filippo filipe;
edward edouard eduardo eduard edoardo; frederick frederic federico friedrich frederico;
joan jeanne juana johanna giovanna joana; frances francoise francisca franziska francesca;
julia julie giulia; lucy lucie lucia luzia; sophia sophie sofia; eva eve; anna anne ana ann
"""


@cache
def heads() -> dict[str, frozenset[str]]:
    """Each known form, spelled as the tables spell it → the names it may stand for."""
    found: dict[str, set[str]] = {}
    tables = (_ENGLISH, _FRENCH, _SPANISH, _GERMAN, _ITALIAN, _PORTUGUESE, _ACROSS)
    for number, table in enumerate(tables):
        for line in table.split(";"):
            forms = line.split()
            for form in forms:
                # Of several tables, so that "marie" of one does not become "maria" of all.
                found.setdefault(form, set()).add(f"{forms[0]}/{number}")
    return {form: frozenset(names) for form, names in found.items()}
