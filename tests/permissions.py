"""Who gets what, at every address of the product: one line a request, one column a person.

    method  address  [what is posted]  anonymous student reader editor manager admin

`login` is a redirection to the sign-in page; a number is the status. {names} in an address are
ids of tests/filled.py, or of the cast. What is posted is named in `posted()`, in test_permissions.py;
a form that is posted empty comes back with 422 to those who may use it.
"""

PEOPLE = ("anonymous", "student", "reader", "editor", "manager", "admin")

TABLE = """
# The first page, signing in and out, language, what pages are made of
GET   /                                                     login  302   200   200   200   200
GET   /login/                                               200    302   302   302   302   302
POST  /login/                               nothing         422    302   302   302   302   302
GET   /logout/                                              login  200   200   200   200   200
POST  /logout/                              nothing         login  303   303   303   303   303
GET   /lang/en                                              302    302   302   302   302   302
GET   /lang/xx                                              404    404   404   404   404   404
GET   /back                                                 302    302   302   302   302   302
GET   /static/css/base.css                                  200    200   200   200   200   200
GET   /static/appbuilder/js/ab.js                           200    200   200   200   200   200
GET   /static/../config.py                                  404    404   404   404   404   404

# Programs
POST  /api/v1/security/login                nothing         400    400   400   400   400   400
POST  /api/v1/security/refresh              nothing         401    401   401   401   401   401

# One's own account
GET   /profile/                                             login  200   200   200   200   200
POST  /profile/sign-out-everywhere          nothing         login  303   303   303   303   303
POST  /profile/shortcuts                    keys-off        login  303   303   303   303   303
POST  /profile/shortcuts                    nothing         login  400   400   400   400   400
GET   /resetmypassword/form                                 login  200   200   200   200   200
POST  /resetmypassword/form                 nothing         login  422   422   422   422   422
GET   /userinfoeditview/form                                login  200   200   200   200   200
POST  /userinfoeditview/form                own-name        login  303   303   303   303   303
GET   /users/userinfo/                                      login  302   302   302   302   302
GET   /accounts/{student}/                                  login  403   200   200   200   200
GET   /accounts/{admin}/                                    login  403   200   200   200   200

# Companies
GET   /crm/companies/                                       login  403   200   200   200   200
GET   /crm/companies/facets/                                login  403   200   200   200   200
GET   /crm/companies/facets/city?in=blo&sector=1            login  403   200   200   200   200
GET   /crm/companies/facets/created?from=2026-01-01         login  403   302   302   302   302
GET   /crm/companies/facets/nowhere                         login  403   404   404   404   404
GET   /crm/companies/pick?q=blois                           login  403   200   200   200   200
GET   /crm/companies/{company}/                             login  403   200   200   200   200
GET   /crm/companies/{company}/contacts                     login  403   200   200   200   200
GET   /crm/companies/{company}/establishments               login  403   200   200   200   200
GET   /crm/companies/{company}/history                      login  403   200   200   200   200
GET   /crm/companies/{company}/map                          login  403   200   200   200   200
GET   /crm/companies/{trashed}/                             login  403   404   404   404   404
POST  /crm/companies/{company}/print        nothing         login  403   200   200   200   200
POST  /crm/companies/{trashed}/print        nothing         login  403   404   404   404   404
GET   /crm/companies/new                                    login  403   403   200   200   200
POST  /crm/companies/new                    new-company         login  403   403   303   303   303
POST  /crm/companies/duplicates             nothing         login  403   403   200   200   200
GET   /crm/companies/{company}/edit                         login  403   403   200   200   200
POST  /crm/companies/{company}/edit         company         login  403   403   303   303   303
POST  /crm/companies/{trashed}/edit         company         login  403   403   404   404   404
GET   /crm/companies/{company}/tags                         login  403   403   200   200   200
POST  /crm/companies/{company}/tags         tag-label       login  403   403   303   303   303
POST  /crm/companies/{company}/tags/{tag}/remove nothing    login  403   403   303   303   303
GET   /crm/companies/{company}/image                        login  403   403   200   200   200
POST  /crm/companies/{company}/image        nothing         login  403   403   422   422   422
GET   /crm/companies/{trashed}/image                        login  403   403   404   404   404
GET   /crm/companies/{company}/image/{logo}/small           login  403   200   200   200   200
GET   /crm/companies/{company}/image/{photo}/large          login  403   404   404   404   404
GET   /crm/companies/{trashed}/image/{logo}/small           login  403   404   404   404   404
POST  /crm/companies/{company}/image/{logo}/remove nothing  login  403   403   303   303   303
POST  /crm/companies/{company}/image/{photo}/remove nothing login  403   403   409   409   409
GET   /crm/companies/{company}/fields/phone                 login  403   403   200   200   200
POST  /crm/companies/{company}/fields/phone phone           login  403   403   303   303   303
GET   /crm/companies/{company}/history/{entry}/take-back   login  403   403   200   200   200
POST  /crm/companies/{company}/history/{entry}/take-back base-turnover login  403   403   303   303   303
GET   /crm/companies/{company}/history/{contact_entry}/take-back login 403 403   404   404   404
POST  /crm/companies/{company}/verify       nothing         login  403   403   303   303   303
GET   /crm/companies/{company}/fields/version            login  403   403   404   404   404
GET   /crm/companies/{trashed}/fields/phone                 login  403   403   404   404   404
GET   /crm/companies/{company}/notes/                       login  403   403   200   200   200
POST  /crm/companies/{company}/notes/       nothing         login  403   403   422   422   422
GET   /crm/companies/{company}/notes/{note}                 login  403   403   403   403   200
POST  /crm/companies/{company}/notes/{note} nothing         login  403   403   403   403   303
POST  /crm/companies/{company}/notes/{note}/remove nothing    login  403   403   403   403   303
GET   /crm/companies/{company}/sites/new                    login  403   403   200   200   200
POST  /crm/companies/{company}/sites/new    nothing         login  403   403   400   400   400
GET   /crm/companies/{company}/sites/{site}/fields/sign            login  403   403   200   200   200
POST  /crm/companies/{company}/sites/{site}/fields/sign sign       login  403   403   303   303   303
GET   /crm/companies/{company}/sites/{site}/close            login  403   403   200   200   200
POST  /crm/companies/{company}/sites/{site}/close nothing    login  403   403   422   422   422
POST  /crm/companies/{company}/sites/{site}/reopen nothing    login  403   403   303   303   303
POST  /crm/companies/{company}/sites/{site}/head-office nothing    login  403   403   303   303   303
GET   /crm/companies/export                                 login  403   403   200   200   200
POST  /crm/companies/export                 csv             login  403   403   200   200   200
GET   /crm/companies/bulk/add_tag                           login  403   403   302   302   302
GET   /crm/companies/bulk/nothing                           404    404   404   404   404   404
GET   /crm/companies/history                                login  403   403   403   200   200
GET   /crm/companies/bulk/export                            login  403   403   302   302   302
GET   /crm/companies/bulk/print                             login  403   302   302   302   302
POST  /crm/companies/bulk/print             checked         login  403   303   303   303   303
POST  /crm/companies/bulk/print             checked-trashed login  403   409   409   409   409
POST  /crm/companies/bulk/add_tag           checked-tag     login  403   403   303   303   303
POST  /crm/companies/bulk/remove_tag        checked-own-tag login  403   403   303   303   303
POST  /crm/companies/bulk/export            checked-file    login  403   403   200   200   200
POST  /crm/companies/bulk/set_sector        checked-sector  login  403   403   303   303   303
POST  /crm/companies/bulk/set_headcount     checked-clear   login  403   403   303   303   303
POST  /crm/companies/bulk/set_legal_form    checked-clear   login  403   403   303   303   303
POST  /crm/companies/bulk/set_naf           checked-clear   login  403   403   303   303   303
POST  /crm/companies/bulk/set_parent        checked         login  403   403   422   422   422
POST  /crm/companies/bulk/verify            checked         login  403   403   303   303   303
POST  /crm/companies/bulk/unverify          checked         login  403   403   303   303   303
POST  /crm/companies/bulk/trash             checked         login  403   403   403   303   303
POST  /crm/companies/bulk/trash             checked-trashed login  403   403   403   409   409
POST  /crm/companies/compare                checked         login  403   403   403   303   303
POST  /crm/companies/bulk/add_tag/preview   checked-tag     login  403   403   200   200   200
POST  /crm/companies/bulk/trash/preview     checked         login  403   403   403   200   200
POST  /crm/companies/bulk/nothing/preview   checked         404    404   404   404   404   404

# Columns and views of a list
GET   /crm/companies/columns                                login  403   200   200   200   200
POST  /crm/companies/columns                columns         login  403   303   303   303   303
GET   /crm/companies/views/new                              login  403   200   200   200   200
POST  /crm/companies/views/new              nothing         login  403   422   422   422   422
GET   /crm/companies/views/{private_view}                   login  403   404   404   404   302
GET   /crm/companies/views/{shared_view}                    login  403   302   302   302   302
GET   /crm/companies/views/{private_view}/rename            login  403   404   404   404   200
GET   /crm/companies/views/{shared_view}/rename             login  403   403   403   200   403
POST  /crm/companies/views/{shared_view}/rename  nothing    login  403   403   403   303   403
POST  /crm/companies/views/{private_view}/replace nothing   login  403   404   404   404   303
POST  /crm/companies/views/{shared_view}/replace nothing    login  403   403   403   303   403
GET   /crm/companies/views/{private_view}/share             login  403   403   403   404   200
GET   /crm/companies/views/{shared_view}/share              login  403   403   403   200   200
POST  /crm/companies/views/{shared_view}/share unshared     login  403   403   403   303   303
POST  /crm/companies/views/{private_view}/start nothing     login  403   404   404   404   303
POST  /crm/companies/views/{shared_view}/start nothing      login  403   303   303   303   303
GET   /crm/companies/views/{private_view}/delete            login  403   404   404   404   200
GET   /crm/companies/views/{shared_view}/delete             login  403   403   403   200   403
POST  /crm/companies/views/{private_view}/delete nothing    login  403   404   404   404   303
POST  /crm/companies/views/{shared_view}/delete nothing     login  403   403   403   303   403
GET   /crm/contacts/columns                                 login  403   200   200   200   200
POST  /crm/contacts/columns                 columns         login  403   303   303   303   303
GET   /crm/contacts/views/new                               login  403   200   200   200   200
POST  /crm/contacts/views/new               nothing         login  403   422   422   422   422
GET   /crm/contacts/views/{contact_view}                    login  403   302   302   302   302
GET   /crm/contacts/views/{contact_view}/rename             login  403   403   403   200   403
POST  /crm/contacts/views/{contact_view}/rename nothing     login  403   403   403   303   403
POST  /crm/contacts/views/{contact_view}/replace nothing    login  403   403   403   303   403
GET   /crm/contacts/views/{contact_view}/share              login  403   403   403   200   200
POST  /crm/contacts/views/{contact_view}/share unshared     login  403   403   403   303   303
POST  /crm/contacts/views/{contact_view}/start nothing      login  403   303   303   303   303
GET   /crm/contacts/views/{contact_view}/delete             login  403   403   403   200   403
POST  /crm/contacts/views/{contact_view}/delete nothing     login  403   403   403   303   403

# Contacts
GET   /crm/contacts/                                        login  403   200   200   200   200
GET   /crm/contacts/facets/                                 login  403   200   200   200   200
GET   /crm/contacts/facets/company?in=dup                   login  403   200   200   200   200
GET   /crm/contacts/pick?q=bros                             login  403   200   200   200   200
GET   /crm/contacts/site-field?company_id={company}         login  403   200   200   200   200
GET   /crm/contacts/{contact}/                              login  403   200   200   200   200
GET   /crm/contacts/{contact}/coordinates                   login  403   200   200   200   200
GET   /crm/contacts/{contact}/history                       login  403   200   200   200   200
GET   /crm/contacts/{contact}/relations                     login  403   200   200   200   200
GET   /crm/contacts/{contact}/map                           login  403   200   200   200   200
POST  /crm/contacts/{contact}/print         nothing         login  403   200   200   200   200
POST  /crm/contacts/duplicates              nothing         login  403   403   200   200   200
GET   /crm/contacts/new                                     login  403   403   200   200   200
POST  /crm/contacts/new                     new-contact         login  403   403   303   303   303
GET   /crm/contacts/{contact}/edit                          login  403   403   200   200   200
POST  /crm/contacts/{contact}/edit          contact         login  403   403   303   303   303
GET   /crm/contacts/{contact}/image                         login  403   403   200   200   200
POST  /crm/contacts/{contact}/image         nothing         login  403   403   422   422   422
GET   /crm/contacts/{contact}/image/{photo}/large           login  403   200   200   200   200
GET   /crm/contacts/{contact}/image/{logo}/large            login  403   404   404   404   404
POST  /crm/contacts/{contact}/image/{photo}/remove nothing  login  403   403   303   303   303
GET   /crm/contacts/{contact}/tags                          login  403   403   200   200   200
POST  /crm/contacts/{contact}/tags          tag-label       login  403   403   303   303   303
POST  /crm/contacts/{contact}/tags/{contact_tag}/remove nothing login 403 403 303   303   303
GET   /crm/contacts/{contact}/fields/email                  login  403   403   200   200   200
POST  /crm/contacts/{contact}/fields/email  email           login  403   403   303   303   303
GET   /crm/contacts/{contact}/notes/                        login  403   403   200   200   200
POST  /crm/contacts/{contact}/notes/        nothing         login  403   403   422   422   422
GET   /crm/contacts/{contact}/notes/{contact_note}            login  403   403   403   403   200
POST  /crm/contacts/{contact}/notes/{contact_note} nothing    login  403   403   403   403   303
POST  /crm/contacts/{contact}/notes/{contact_note}/remove nothing    login  403   403   403   403   303
GET   /crm/contacts/{contact}/account                       login  403   403   200   200   200
POST  /crm/contacts/{contact}/account       nothing         login  403   403   422   422   422
POST  /crm/contacts/{contact}/account/unlink nothing    login  403   403   303   303   303
GET   /crm/contacts/{contact}/consent                       login  403   403   200   200   200
POST  /crm/contacts/{contact}/consent       nothing         login  403   403   422   422   422
GET   /crm/contacts/{contact}/history/{contact_entry}/take-back login 403 403   200   200   200
POST  /crm/contacts/{contact}/history/{contact_entry}/take-back base-department login 403 403 303 303 303
POST  /crm/contacts/{contact}/do-not-contact nothing    login  403   403   303   303   303
GET   /crm/contacts/export                                  login  403   403   200   200   200
POST  /crm/contacts/export                  csv             login  403   403   200   200   200
GET   /crm/contacts/bulk/set_company                        login  403   403   302   302   302
GET   /crm/contacts/history                                 login  403   403   403   200   200
GET   /crm/contacts/bulk/export                             login  403   403   302   302   302
GET   /crm/contacts/bulk/print                              login  403   302   302   302   302
POST  /crm/contacts/bulk/print              checked         login  403   303   303   303   303
POST  /crm/contacts/bulk/add_tag            checked-tag     login  403   403   303   303   303
POST  /crm/contacts/bulk/export             checked-file    login  403   403   200   200   200
POST  /crm/contacts/bulk/set_company        checked-clear   login  403   403   303   303   303
POST  /crm/contacts/bulk/set_function       checked-clear   login  403   403   303   303   303
POST  /crm/contacts/bulk/set_department     checked         login  403   403   422   422   422
POST  /crm/contacts/bulk/trash              checked         login  403   403   403   303   303
POST  /crm/contacts/compare                 checked         login  403   403   403   303   303
POST  /crm/contacts/bulk/trash/preview      checked         login  403   403   403   200   200
POST  /crm/contacts/bulk/consent            checked         404    404   404   404   404   404

# Tags
GET   /crm/tags/                                            login  403   200   200   200   200
GET   /crm/tags/facets/                                     login  403   200   200   200   200
GET   /crm/tags/facets/module                               login  403   200   200   200   200
GET   /crm/tags/new                                         login  403   403   200   200   200
POST  /crm/tags/new                         new-tag             login  403   403   303   303   303
GET   /crm/tags/{tag}/edit                                  login  403   403   403   200   200
POST  /crm/tags/{tag}/edit                  tag             login  403   403   403   303   303
GET   /crm/tags/{tag}/delete                                login  403   403   403   200   200
POST  /crm/tags/{tag}/delete                nothing         login  403   403   403   303   303
POST  /crm/tags/near                        nothing         login  403   403   200   200   200
GET   /crm/tags/{tag}/merge                                 login  403   403   403   200   200
POST  /crm/tags/{tag}/merge                 nothing         login  403   403   403   422   422
POST  /crm/tags/{tag}/merge/foreseen        nothing         login  403   403   403   200   200
GET   /crm/tags/alike                                       login  403   403   403   200   200
POST  /crm/tags/{tag}/not-same              nothing         login  403   403   403   400   400

# Duplicates of the whole base
GET   /crm/duplicates/                                      login  403   200   200   200   200
GET   /crm/duplicates/?module=contact&q=dupont&least=80     login  403   200   200   200   200
GET   /crm/duplicates/?module=nothing                       login  403   400   400   400   400
GET   /crm/companies/{company}/merge/                       login  403   403   403   200   200
GET   /crm/companies/{company}/merge/?q=blois               login  403   403   403   200   200
GET   /crm/companies/{company}/merge/{parent}/              login  403   403   403   200   200
POST  /crm/companies/{company}/merge/{parent}/ nothing      login  403   403   403   409   409
GET   /crm/companies/{company}/merge/{company}/             login  403   403   403   404   404
GET   /crm/companies/{company}/merge/{trashed}/             login  403   403   403   404   404
POST  /crm/companies/{company}/merge/{trashed}/ nothing     login  403   403   403   404   404
GET   /crm/contacts/{contact}/merge/                        login  403   403   403   200   200
GET   /crm/contacts/{contact}/merge/{contact}/              login  403   403   403   404   404
POST  /crm/contacts/{contact}/merge/{contact}/ nothing      login  403   403   403   404   404
POST  /crm/duplicates/company/scan          nothing         login  403   403   403   303   303
POST  /crm/duplicates/contact/scan          nothing         login  403   403   403   303   303
POST  /crm/duplicates/company/{company}/{parent}/apart nothing login 403 403 303   303   303
POST  /crm/duplicates/company/{company}/{parent}/together nothing login 403 403 303 303   303
POST  /crm/duplicates/company/{company}/{trashed}/apart nothing login 403 403 404  404   404

# The bin, and taking back
GET   /crm/bin/                                             login  403   403   200   200   200
GET   /crm/bin/?kind=contact&q=dupont                       login  403   403   200   200   200
GET   /crm/bin/?kind=nothing                                login  403   403   400   400   400
GET   /crm/bin/{trash_batch}/                               login  403   403   404   200   200
GET   /crm/bin/{note_batch}/                                login  403   403   200   200   200
GET   /crm/bin/{managers_batch}/                            login  403   403   404   404   404
GET   /crm/bin/{note_batch}/purge                           login  403   403   403   403   200
GET   /crm/bin/{trash_batch}/purge                          login  403   403   403   403   200
POST  /crm/bin/{trash_batch}/purge          nothing         login  403   403   403   403   200
POST  /crm/bin/{trash_batch}/records/1/join nothing         login  403   403   404   303   303
POST  /crm/bin/{trash_batch}/restore        nothing         login  403   403   404   303   303
POST  /crm/bin/{note_batch}/restore         nothing         login  403   403   303   303   303
POST  /crm/bin/{trash_batch}/undo           nothing         login  403   403   403   303   303
POST  /crm/bin/{editors_batch}/undo         nothing         login  403   403   303   303   303
POST  /crm/bin/{managers_batch}/undo        nothing         login  403   403   403   303   303

# « Aller à… »
GET   /crm/jump                                             login  403   200   200   200   200
GET   /crm/jump?q=par                                       login  403   200   200   200   200
GET   /crm/jump?recent=company:x                            login  403   400   400   400   400

# Jobs: who did not ask for one does not see it, but for the administrators
GET   /jobs/                                                login  403   200   200   200   200
GET   /jobs/notices                                         login  403   200   200   200   200
GET   /jobs/{editors_job}/                                  login  403   404   200   404   200
GET   /jobs/{editors_job}/file                              login  403   404   404   404   404
GET   /jobs/{editors_print}/file                            login  403   404   200   404   404
GET   /jobs/999999/                                         login  403   404   404   404   404
POST  /jobs/{editors_job}/cancel            nothing         login  403   404   303   404   303

# What pickers search in
GET   /crm/pick/naf?q=62                                    login  403   200   200   200   200
GET   /crm/pick/legal-form?q=sas                            login  403   200   200   200   200
GET   /crm/pick/commune?q=blois                             login  403   200   200   200   200
GET   /crm/pick/tag?module=company&q=par                    login  403   200   200   200   200

# Places on the map
GET   /crm/places/{site}/map                                login  403   200   200   200   200
GET   /crm/places/999999/map                                login  403   404   404   404   404
GET   /crm/places/{site}/position                           login  403   403   200   200   200
POST  /crm/places/{site}/position           nothing         login  403   403   422   422   422
POST  /crm/places/{site}/position           place           login  403   403   303   303   303
POST  /crm/places/{site}/position           stale-place     login  403   403   409   409   409
POST  /crm/places/{site}/locate             nothing         login  403   403   303   303   303
POST  /crm/places/{site}/found              nothing         login  403   403   409   409   409

# Reference lists
GET   /reference/countries/list/                            login  403   403   403   403   200
GET   /reference/countries/show/FR                          login  403   403   403   403   200
GET   /reference/departments/list/                          login  403   403   403   403   200
GET   /reference/departments/show/41                        login  403   403   403   403   200
GET   /reference/headcounts/list/                           login  403   403   403   403   200
GET   /reference/headcounts/show/12                         login  403   403   403   403   200
GET   /reference/legal-forms/list/                          login  403   403   403   403   200
GET   /reference/legal-forms/show/5710                      login  403   403   403   403   200
GET   /reference/naf/list/                                  login  403   403   403   403   200
GET   /reference/naf/show/1                                 login  403   403   403   403   200
GET   /reference/sectors/list/                              login  403   403   403   403   200
GET   /reference/sectors/show/1                             login  403   403   403   403   200
GET   /reference/sectors/add                                login  403   403   403   403   200
POST  /reference/sectors/add                sector          login  403   403   403   403   303
GET   /reference/sectors/edit/1                             login  403   403   403   403   200
POST  /reference/sectors/edit/1             wrong           login  403   403   403   403   422
POST  /reference/sectors/delete/1           nothing         login  403   403   403   403   303
POST  /reference/sectors/action/any/1       nothing         login  403   403   403   403   403
POST  /reference/sectors/action_post        nothing         login  403   403   403   403   403

# Accounts and roles
GET   /users/list/                                          login  403   403   403   403   200
GET   /users/show/{student}                                 login  403   403   403   403   200
GET   /users/show/{admin}                                   login  403   403   403   403   200
GET   /users/add                                            login  403   403   403   403   200
POST  /users/add                            nothing         login  403   403   403   403   422
GET   /users/edit/{student}                                 login  403   403   403   403   200
POST  /users/edit/{student}                 wrong           login  403   403   403   403   422
POST  /users/delete/{stranger}              nothing         login  403   403   403   403   303
POST  /users/action/resetpasswords/{student} nothing        login  403   403   403   403   303
POST  /users/action/any/{student}           nothing         login  403   403   403   403   403
POST  /users/action_post                    nothing         login  403   403   403   403   403
GET   /resetpassword/form?pk={student}                      login  403   403   403   403   200
GET   /resetpassword/form?pk={admin}                        login  403   403   403   403   403
POST  /resetpassword/form?pk={student}      nothing         login  403   403   403   403   422
POST  /resetpassword/form?pk={admin}        nothing         login  403   403   403   403   403
GET   /roles/list/                                          login  403   403   403   403   200
GET   /roles/show/{own_role}                                login  403   403   403   403   200
GET   /roles/show/{built_in_role}                           login  403   403   403   403   200
GET   /roles/add                                            login  403   403   403   403   200
POST  /roles/add                            role            login  403   403   403   403   303
GET   /roles/edit/{own_role}                                login  403   403   403   403   200
GET   /roles/edit/{built_in_role}                           login  403   403   403   403   403
POST  /roles/edit/{own_role}                wrong           login  403   403   403   403   422
POST  /roles/edit/{built_in_role}           role            login  403   403   403   403   403
POST  /roles/delete/{own_role}              nothing         login  403   403   403   403   303
POST  /roles/delete/{built_in_role}         nothing         login  403   403   403   403   403
POST  /roles/action/any/{own_role}          nothing         login  403   403   403   403   403
POST  /roles/action_post                    nothing         login  403   403   403   403   403
"""
