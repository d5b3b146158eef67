"""Words that exports use for our columns, in English, French, German and Spanish.

Written as `plain` writes a header: in small letters, without accents, blanks and signs. Our own
names are known anyway.
"""

from __future__ import annotations

import re
import unicodedata

SYNONYMS: dict[str, str] = {
    "call_id": (
        "callid callno callnumber callref uniqueid cdrid idappel numappel numeroappel refappel "
        "anrufid anrufnummer gesprachsid gespraechsid idllamada numllamada contactid callsid "
        "conversationid interactionid call appel anruf llamada"
    ),
    "direction": "calldirection calltype sens sensappel richtung anrufrichtung direccion sentido",
    "customer_id": (
        "customer custid clientid customerno customernumber userid accountid idclient numclient "
        "numeroclient codeclient client kundennr kundennummer kundenid kunde idcliente "
        "numcliente codigocliente cliente requesterid"
    ),
    "caller_number": (
        "caller callerid ani cli phone phonenumber fromnumber callingnumber numero "
        "numeroappelant appelant telephone tel rufnummer anrufer telefonnummer telefon "
        "numerollamante llamante telefono customerphonenumber customerphone customernumber "
        "externalnumber callerno callernumber anrufernummer numeroentrant numeroorigen"
    ),
    "queue": (
        "queuename skill skillgroup huntgroup file fileattente warteschlange cola callqueue "
        "queues groupefile nomfile warteschleife nombrecola"
    ),
    "agent_id": (
        "agent agentname server operator user assignee conseiller teleconseiller operateur "
        "mitarbeiter bearbeiter sachbearbeiter agente operador asesor agentid assignedto "
        "caseowner ticketowner handledby agentkonto idagente idagent idconseiller"
    ),
    "reason": (
        "topic subject calltopic motif category motifappel sujet grund anrufgrund thema betreff "
        "motivo asunto"
    ),
    "started_at": (
        "start starttime callstart startedat startdate calldate datetime debut debutappel "
        "dateappel dateheure beginn anrufbeginn startzeit inicio iniciollamada fechallamada "
        "started rang callstarttime callstartedat callstarttimestamp initiationtimestamp "
        "datestarted calltime heureappel heuredebut arrivee anrufstart anrufzeit horainicio "
        "horallamada fechahora timestamp date datum fecha jour"
    ),
    "queued_at": (
        "queuestart queuetime enteredqueue queuedat entreefile miseenattente "
        "warteschlangenbeginn entradacola queued callqueued datequeued enqueuetimestamp "
        "enqueued enqueuedat"
    ),
    "answered_at": (
        "answertime answeredat pickuptime connecttime decroche heuredecroche priseenligne "
        "angenommen annahme contestada horarespuesta pickedup answertimestamp answered "
        "connected connectedat dateconnected callanswered connectedtoagenttimestamp "
        "agentconnectedtimestamp respondida atendida horaatencion decrochele"
    ),
    "ended_at": (
        "end endtime callend endedat hanguptime disconnecttime fin finappel raccroche ende "
        "anrufende finllamada colgado hungup ended enddate callendtime dateended "
        "disconnecttimestamp hangup hungupat heurefin raccrochele aufgelegt horafin finalizada"
    ),
    "hold_seconds": (
        "holdtime holdduration haltezeit hold totalhold holdingtime haltedauer dureemiseenattente"
    ),
    "wrap_up_seconds": (
        "wrapup wrapuptime acw aftercallwork posttraitement traitementapresappel "
        "nachbearbeitung nachbearbeitungszeit trabajoposterior afterworktime aftercallworktime "
        "acwtime totalacw afterinteractionwork nacharbeit nacharbeitszeit"
    ),
    "is_resolved": "resolved fcr solved resolu gelost geloest resuelto resuelta",
    "ticket_id": (
        "ticket ticketno ticketnumber caseid casenumber incident incidentid number case "
        "idticket numticket numeroticket dossier numdossier demande vorgang vorgangsnummer "
        "ticketnr ticketnummer fall fallnummer idcaso caso incidencia issuekey conversationid"
    ),
    "created_at": (
        "created opened openedat creationdate createdon dateopened datecreation cree ouvert "
        "dateouverture creele erstellt erstelltam eroffnet eroeffnet fechacreacion creado "
        "abierto fechaapertura createdtime createddate createdate datecreated datetimeopened "
        "opendate conversationstartedat date datum fecha"
    ),
    "first_response_at": (
        "firstresponse firstresponsetime firstreplyat firstreply premierereponse "
        "datepremierereponse ersteantwort ersteantwortam primerarespuesta fechaprimerarespuesta "
        "initialresponsetime firstagentreply firstresponded"
    ),
    "resolved_at": (
        "resolvedat resolutiondate resolvedon solvedat timetoresolution resolule dateresolution "
        "gelostam geloestam losungsdatum loesungsdatum fecharesolucion resolved resolvedtime "
        "resolveddate solved resolu gelost geloest resuelto"
    ),
    "closed_at": (
        "closed closedat closedon cloture datecloture ferme fermele geschlossen geschlossenam "
        "fechacierre cerrado closedtime closeddate closedate datetimeclosed"
    ),
    "channel": "ticketchannel source medium via canal kanal caseorigin origin",
    "status": "state ticketstatus orderstatus statut etat zustand estado casestatus",
    "priority": "ticketpriority urgency priorite prioritat prioritaet prioridad dringlichkeit",
    "request_type": (
        "tickettype type typedemande categorie anfragetyp anfrageart kategorie tiposolicitud "
        "categoria ticketsubject"
    ),
    "event_id": "eventid",
    "event": "activity action evenement ereignis aktion evento accion",
    "occurred_at": (
        "timestamp timetimestamp eventtime horodatage dateevenement zeitstempel fechaevento"
    ),
    "review_id": "reviewid idavis bewertungsid idresena",
    "rating": (
        "stars score note etoiles bewertung sterne puntuacion estrellas starrating reviewstars "
        "reviewrating"
    ),
    "posted_at": (
        "reviewdate posted publishedat dateavis publiele bewertungsdatum veroffentlichtam "
        "fecharesena reviewcreated reviewcreatedat createtime createdat dateposted"
    ),
    "order_id": (
        "orderid ordernumber orderno invoiceno idcommande numcommande numerocommande commande "
        "bestellnr bestellnummer auftragsnummer bestellung idpedido numpedido pedido "
        "amazonorderid order orderref refcommande"
    ),
    "ordered_at": (
        "orderdate ordertime purchasedate invoicedate datecommande bestelldatum bestelltam "
        "auftragsdatum fechapedido orderedon saledate createdat created creele date datum fecha"
    ),
    "ship_by": (
        "requireddate promisedshipdate expedieravant dateexpeditionprevue versandbis "
        "fechaenvioprevista"
    ),
    "shipped_at": (
        "shippeddate shipdate dateexpedition expediele versanddatum versandtam fechaenvio "
        "fulfilledat shippedon shippedondate"
    ),
    "delivered_at": (
        "deliverydate delivereddate datelivraison livrele lieferdatum geliefertam fechaentrega "
        "deliveredon deliveredondate"
    ),
    "amount": (
        "total totalamount price revenue sum montant montantttc betrag gesamtbetrag summe "
        "importe montototal ordertotal ordertotalamount grandtotal"
    ),
    "line_number": "line lineno position ligne numligne posnr zeile linea numlinea",
    "product_id": (
        "productid sku stockcode item itemid idproduit refproduit reference artikelnr "
        "artikelnummer produktid idproducto referencia articulo lineitemsku"
    ),
    "quantity": "qty units quantite qte menge anzahl cantidad lineitemquantity",
    "unit_price": (
        "unitprice priceeach prixunitaire einzelpreis stuckpreis preciounitario itemprice "
        "lineitemprice price"
    ),
    "name": (
        "productname title nomproduit designation libelle bezeichnung artikelname nombreproducto"
    ),
    "subscription_id": (
        "subscriptionid contractid idabonnement contrat numcontrat abonr abonummer "
        "vertragsnummer idsuscripcion contrato"
    ),
    "term_number": "term termno",
    "starts_on": "startson periodstart datedebut debut startdate beginn vertragsbeginn fechainicio",
    "ends_on": "endson periodend datefin fin enddate ende vertragsende fechafin",
    "survey_id": (
        "surveyid responseid invitationid idenquete umfrageid befragungsid idencuesta respondentid"
    ),
    "kind": "surveytype surveykind typeenquete umfragetyp umfrageart tipoencuesta",
    "responded_at": (
        "responsedate answeredon responsetime datereponse reponduele antwortdatum beantwortetam "
        "fecharespuesta recordeddate submitdate submittedat responded surveyrespondedat "
        "datesubmitted"
    ),
    "score": (
        "rating nps csat satisfaction satisfactionrating note punktzahl punktwert puntuacion "
        "puntaje customersatisfactionrating npsscore csatscore cesscore"
    ),
    "segment": "customersegment tier segmentclient kundensegment segmento",
    "country": "countrycode pays codepays land landercode laendercode pais codigopais shipcountry",
    "team": "group department equipe groupe gruppe abteilung equipo grupo assignmentgroup teamname",
    "client": "donneurordre compte marque mandant auftraggeber marke cuenta marca brand company",
    "service": "activite prestation dienst dienstleistung servicio line ligne linie linea",
    "platform": "plateforme plattform plataforma site",
    "marketplace": "placedemarche marktplatz mercado",
    "deliver_by": (
        "livraisonprevue datelivraisonprevue lieferterminsoll liefertermin fechaentregaprevista "
        "promiseddeliverydate estimateddeliverydate"
    ),
    "cancelled_at": (
        "dateannulation annulele storniertam stornodatum fechacancelacion cancelledon "
        "canceleddate cancelled cancelleddate canceledat"
    ),
    "currency": "devise wahrung waehrung moneda divisa",
    "sent_at": (
        "dateenvoi envoyele gesendetam versendetam fechaenvio invitedat datesent invitationdate "
        "sentdate senton surveysentat invitedon asked askedat"
    ),
    "transfers": (
        "transfercount numberoftransfers transferts nbtransferts weiterleitungen transferencias"
    ),
    "reopens": "reopencount reouvertures",
    "started_on": (
        "since startdate hiredate hired entree dateentree eintritt eintrittsdatum fechaalta"
    ),
    "left_on": "enddate leavedate left datesortie austritt austrittsdatum fechabaja",
    "acquired_on": "since customersince clientdepuis kundeseit clientedesde",
}


def plain(name: str) -> str:
    """Write a header without case, accents, blanks and signs: `Début d'appel` is debutdappel."""
    told = re.sub("n[°º]", "num", name.lower()).replace("ß", "ss")
    letters = unicodedata.normalize("NFKD", told)
    return re.sub(r"[^a-z0-9]", "", letters)
